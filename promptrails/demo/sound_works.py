"""The demo's sounds: music, voices and effects."""

from typing import Any

from promptrails.demo.works import Work


def tune(tempo: int, root: int, mode: str, drums: bool = True) -> dict[str, Any]:
    return {"tempo": tempo, "root": root, "mode": mode, "drums": drums}


def spoken(voice: str, language: str, **more: Any) -> dict[str, Any]:
    return {"voice": voice, "language": language, **more}


SOUNDS = [
    Work("tides-episode-12-intro.mp3", "podcast-tides", "elevenlabs/eleven_multilingual_v2",
         "Read warmly and unhurried: welcome to Tides, the podcast about the sea and the people who live "
         "by it.",
         "speak", seconds=14, options={"name": "warm"}, cost=0.031, extra=spoken("Callum", "en-GB")),
    Work("tides-theme.ogg", "podcast-tides", "stability/stable-audio-2.5",
         "Podcast theme, gentle electric piano, soft drums, minor key, 84 beats a minute, hopeful ending",
         "song", seconds=18, options=tune(84, 57, "minor"), cost=0.2),
    Work("poster-voice-over.wav", "harbour-hall", "openai/gpt-4o-mini-tts",
         "Speak as an announcer on local radio: Tidal, an evening of slow music, the fourteenth of "
         "November at Harbour Hall.",
         "speak", seconds=9, options={"name": "deep"}, cost=0.004,
         extra=spoken("onyx", "en-US", sample_rate=44100)),
    Work("lofi study loop (88 bpm).mp3", "lofi-loop", "replicate/musicgen-stereo-large",
         "Lo-fi hip hop loop, dusty drums, mellow chords, plucked melody, rain mood, 88 beats a minute",
         "song", seconds=32, options=tune(88, 60, "major"), cost=0.053),
    Work("lofi-bells-alternate.flac", "lofi-loop", "replicate/musicgen-stereo-large",
         "Music box bells running up and down a pentatonic scale over slow echoes, dreamy, no drums",
         "arpeggio", seconds=11, options={"tempo": 96, "root": 60, "mode": "pentatonic"}, cost=0.041),
    Work("aurora-drone.opus", "aurora-trailer", "google/lyria-002",
         "Cold, wide ambient drone, slow swelling strings, breathy wind, northern night",
         "ambient", seconds=24, options={"root": 45, "mode": "minor"}, cost=0.06),
    Work("greeting-en.mp3", "greeting-lines", "elevenlabs/eleven_v3",
         "Cheerful receptionist: good morning, how may I help you today?",
         "speak", seconds=4, options={"name": "bright"}, cost=0.008,
         extra=spoken("Alice", "en-GB", stability=0.5)),
    Work("挨拶_日本語.mp3", "greeting-lines", "elevenlabs/eleven_v3",
         "受付の明るい声で：おはようございます。本日はどのようなご用件でしょうか。",
         "speak", seconds=5, options={"name": "young"}, cost=0.01,
         extra=spoken("Yui", "ja-JP", stability=0.5)),
    Work("приветствие.ogg", "greeting-lines", "elevenlabs/eleven_v3",
         "Приветливый голос на ресепшене: доброе утро, чем я могу вам помочь?",
         "speak", seconds=4.5, options={"name": "calm"}, cost=0.009,
         extra=spoken("Dasha", "ru-RU", stability=0.4)),
    Work("evening-meditation.mp3", "meditation", "stability/stable-audio-2.5",
         "Evening meditation bed, warm slow pads in a major key, very soft breath, no rhythm, forty seconds",
         "ambient", seconds=40, options={"root": 53, "mode": "major"}, cost=0.2),
    Work("shoreline.opus", "meditation", "elevenlabs/eleven_text_to_sound_v2",
         "Waves breaking slowly on a pebble beach, wide stereo, no birds, no people",
         "surf", seconds=22, cost=0.04),
    Work("audio-guide-room-3.mp3", "audio-guide", "google/gemini-2.5-pro-tts",
         "Museum guide, calm and clear: in this room you see four vases that a potter from Kyoto made in "
         "one night.",
         "speak", seconds=20, options={"name": "calm"}, cost=0.012, extra=spoken("Kore", "en-US")),
    Work("audio-guide-room-3-de.wav", "audio-guide", "google/gemini-2.5-pro-tts",
         "Museumsführer, ruhig und klar: In diesem Raum sehen Sie vier Vasen, die in einer einzigen Nacht "
         "entstanden.",
         "speak", seconds=16, options={"name": "deep"}, cost=0.011, extra=spoken("Charon", "de-DE")),
    Work("success.wav", "app-sounds", "elevenlabs/eleven_text_to_sound_v2",
         "Short bright success chime, four rising bells, app notification",
         "chime", seconds=1.4, options={"root": 67}, cost=0.01),
    Work("reminder.ogg", "app-sounds", "elevenlabs/eleven_text_to_sound_v2",
         "Low soft reminder chime, rounded wooden bells, one and a half seconds, discreet",
         "chime", seconds=1.8, options={"root": 55}, cost=0.01),
    Work("logo-riser.flac", "app-sounds", "elevenlabs/eleven_text_to_sound_v2",
         "Rising sweep with noise that ends in one deep drum hit, for a logo",
         "riser", seconds=3.5, cost=0.01),
    Work("morning-news-brief.mp3", "news-brief", "openai/tts-1-hd",
         "Read as a news presenter, brisk and neutral, three headlines with short pauses between them",
         "speak", seconds=24, options={"name": "bright"}, cost=0.022, extra=spoken("nova", "en-US")),
    Work("news-sting.mp3", "news-brief", "stability/stable-audio-2.5",
         "Urgent news sting, plucked synthesiser, driving drums, minor key, 128 beats a minute",
         "song", seconds=7.5, options=tune(128, 55, "minor"), cost=0.2),
    Work("sea-shanty-sketch.ogg", "sea-shanty", "google/lyria-002",
         "Bright shanty sketch, plucked strings and hand drums in a major key, swaying, 112 beats a minute",
         "song", seconds=15, options=tune(112, 62, "pentatonic"), cost=0.06),
    Work("untitled_take_07.wav", "first-tests", "replicate/bark", "",
         "speak", seconds=3, options={"name": "young"}, cost=None,
         extra={"parameters": {"text_temp": 0.7, "waveform_temp": 0.6, "history": ["v2/en_speaker_6"]}}),
]  # fmt: skip
