"""The other workspace's few assets, which the demo's people must never see."""

from promptrails.demo.works import Work

NORTHWIND = [
    Work("northwind-logo-study.png", "nw-identity", "ideogram/ideogram-v3",
         "Poster study reading NORTHWIND, arcs of ice blue and navy mirrored in water, pale paper",
         "poster", "eef4f7 14213d 457b9d a8dadc 1d3557 f1faee", (1024, 1280), cost=0.09,
         options={"words": ("NORTHWIND", "COLD WATER, WARM COATS", "IDENTITY STUDY 3")}),
    Work("northwind-pattern.webp", "nw-identity", "fal/recraft-v3",
         "Geometric pattern of quarter circles and stripes in ice blue, navy and signal red",
         "geometry", "eef4f7 457b9d 1d3557 a8dadc e63946 f1faee", (1024, 1024)),
    Work("coat-campaign-ridge.jpg", "nw-identity", "stability/stable-image-ultra",
         "Cold blue mountain ridges under a white winter sun, thin haze, generous space for copy",
         "mountains", "7fa3c7 eaf2f8 ffffff 9bb7d0 22405f", (1536, 864), cost=0.08),
    Work("hold-music.mp3", "nw-hold-music", "stability/stable-audio-2.5",
         "Friendly hold music, light drums and plucked strings in a major key, 100 beats a minute",
         "song", seconds=12, options={"tempo": 100, "root": 60, "mode": "major", "drums": True}, cost=0.2),
    Work("hold-announcement.wav", "nw-hold-music", "elevenlabs/eleven_multilingual_v2",
         "Calm voice: thank you for waiting, somebody at Northwind will be with you soon",
         "speak", seconds=6, options={"name": "calm"}, cost=0.012,
         extra={"voice": "Matilda", "language": "en-AU"}),
]  # fmt: skip
