"""The demo's films."""

from typing import Any

from promptrails.demo.sound_works import tune
from promptrails.demo.works import Work

NIGHT = ("ambient", {"root": 45, "mode": "minor"})
SURF: tuple[str, dict[str, Any]] = ("surf", {})
BEAT = ("song", tune(112, 57, "minor"))
BELLS = ("arpeggio", {"tempo": 104, "root": 60, "mode": "pentatonic"})
SKYLINE = (
    "Slow tracking shot past a glowing skyline at the violet hour, towers slide at different speeds, "
    "water glitters"
)

FILMS = [
    Work("tides-teaser-vertical.mp4", "podcast-tides", "runway/gen4_turbo",
         "Vertical teaser: woodblock waves roll under a red sun, foam lines glide, the camera stays still",
         "sea", "f3e3c3 d8513c fbf3e0 4b8fa8 123a5a", (720, 1280), 3, soundtrack=SURF, cost=0.25),
    Work("skyline-drive.mp4", "night-city", "google/veo-3.0-generate",
         SKYLINE, "city", "0b1030 5a3a78 ffd6a5 0d0f22 ffc46b", (960, 540), 2.5, soundtrack=NIGHT, cost=1.2),
    Work("skyline-drive-gen4.mp4", "night-city", "runway/gen4_turbo",
         SKYLINE, "city", "1b0b2e 7a2f5e ffc9b0 150a1c ffd98f", (960, 540), 3, soundtrack=NIGHT, cost=0.3),
    Work("lofi-visualiser.webm", "lofi-loop", "fal/kling-video-v2.1",
         "Circular equaliser in amber and violet pulsing to a beat around a pale disc, loop",
         "equaliser", "10002b 3c096c ffd6ff 7b2cbf ff9e00", (640, 640), 4, soundtrack=BEAT, cost=0.28),
    Work("aurora-over-the-lake.webm", "aurora-trailer", "google/veo-3.0-generate",
         "Curtains of green and violet northern lights drift over a still lake, stars, dark hills",
         "aurora", "050b24 123a56 4cf2b0 8a6cff 03060f", (640, 360), 3, soundtrack=NIGHT, cost=1.5),
    Work("balloons-rising.mp4", "balloon-festival", "runway/gen4_turbo",
         "Striped hot-air balloons rise and drift to the right over soft morning clouds",
         "balloons", "6fb7d8 fde2c8 ffffff e4572e fff3dc 2a6f7f f3a712", (960, 540), 4,
         soundtrack=BELLS, cost=0.25),
    Work("swaying-sprigs.mp4", "botanical-cards", "luma/ray-2",
         "Green sprigs sway in a breeze before a golden moon, flat illustration come alive",
         "botanical", "16302b e8c07d 4f9d69 8cc084 2f6f5e c1d7ae", (640, 640), 4, soundtrack=BELLS,
         cost=0.32),
    Work("paper-canyon-morph.webm", "paper-cuts", "luma/ray-2",
         "Layers of cut paper twist slowly into a violet canyon, each ring casting a soft shadow",
         "contours", "fbe8d3 f9c784 fc7a57 b23a6a 4f2a73 1d1a44", (480, 480), 4, cost=0.32),
    Work("alpine-flyover.mp4", "alpine-spot", "runway/gen4_turbo",
         "Gliding past layered mountains at dawn, near ridges move faster than far ones, the sun climbs",
         "mountains", "2b3a67 f4a261 ffd9a0 8d6a8f 1d1b35", (640, 360), 8, cost=0.4),
    Work("alpine-flyover-mint-9x16.mp4", "alpine-spot", "runway/gen4_turbo",
         "The same flight in mint-green morning mist, vertical for stories",
         "mountains", "bfe3e0 fdf6e3 ffe9b8 8fb8b5 1f4b4f", (720, 1280), 3, cost=0.25),
    Work("orbit-explainer.mp4", "orbit-explainer", "replicate/minimax-video-01",
         "Small moons orbit a glossy coral sphere on thin rings, peach background, clean explainer animation",
         "orbit", "fdf0e6 d98c7a e4572e 2a6f7f 1f2a44", (640, 360), 6, soundtrack=BELLS, cost=0.5),
    Work("orbit-explainer-dark.webm", "orbit-explainer", "replicate/minimax-video-01",
         "Night version: pale moons circle a mint sphere on fine rings in deep blue space",
         "orbit", "0b132b 1c2541 5bc0be f2e9e4 9fb3df", (640, 360), 6, soundtrack=NIGHT, cost=0.5),
    Work("shanty-visual 🌊.mp4", "sea-shanty", "fal/kling-video-v2.1",
         "Turquoise waves dance under a cream sun, playful, wide screen",
         "sea", "f7c8b0 fff3dc ffffff 3fb5a8 0d4f5c", (640, 360), 3.5, soundtrack=SURF, cost=0.28),
    Work("garden-loop.webm", "garden-calendar", "luma/ray-flash-2",
         "Olive and teal sprigs sway around a rose disc on pale pink paper, seamless loop",
         "botanical", "fbeae4 e58a8a 47604a 7d9460 2f5f66 a3ad6f", (480, 640), 3, soundtrack=BELLS,
         cost=0.12),
]  # fmt: skip
