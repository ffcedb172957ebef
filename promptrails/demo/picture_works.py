"""The demo's pictures."""

from promptrails.demo.works import Work

WIDE, SQUARE, TALL = (1536, 1024), (1024, 1024), (1024, 1280)
COVER = (  # tried with several models, for people to compare
    "Podcast cover: a red sun sinking behind rolling indigo waves, Japanese woodblock print, fine foam "
    "lines, cream sky, flat colour"
)

PICTURES = [
    Work("tides-episode-12-cover.png", "podcast-tides", "openai/gpt-image-1", COVER,
         "sea", "f3e3c3 d8513c fbf3e0 4b8fa8 123a5a", SQUARE, cost=0.042),
    Work("tides-cover-flux.webp", "podcast-tides", "fal/flux-pro-v1.1-ultra", COVER,
         "sea", "f1dcc0 c9402f fff4dc 5b9bb0 0e2f4f", SQUARE, cost=0.06, options={"seed": 5}),
    Work("tides-cover-ideogram.png", "podcast-tides", "ideogram/ideogram-v3", COVER,
         "sea", "efe3cd e2602f fdf6e6 3f7f93 16304a", SQUARE, cost=0.09, options={"seed": 11}),
    Work("tides-cover-sdxl.jpg", "podcast-tides", "replicate/sdxl", COVER,
         "sea", "e9d2ae b83a34 f7ead2 6fa3a8 1c3c52", SQUARE, cost=0.012, options={"seed": 23}),
    Work("serum-hero-sage.webp", "serum-launch", "fal/flux-pro-v1.1-ultra",
         "Amber glass serum bottle with a black cap on a blush plinth, sage leaves fanned behind, soft "
         "studio light, beige backdrop, product photograph",
         "bottle", "e8d9cf c9a592 c98b5e 3a3a3a 6f8f6d", TALL, cost=0.06),
    Work("serum-hero-emerald.jpg", "serum-launch", "fal/flux-pro-v1.1-ultra",
         "Emerald glass bottle with a brushed gold cap on a white cylinder, broad leaves behind it, pale "
         "mint seamless background, cosmetic advertisement",
         "bottle", "cfe0dd f0eee8 2f6f66 d4af6a 4f7f5f", SQUARE, cost=0.06),
    Work("Skyline, violet hour.jpg", "night-city", "google/imagen-4.0-generate-001",
         "City skyline at the violet hour across still water, hundreds of amber windows, a full moon, "
         "stars coming out, gentle reflections",
         "city", "0b1030 5a3a78 ffd6a5 0d0f22 ffc46b", WIDE),
    Work("夜の東京_ネオン.png", "night-city", "google/imagen-4.0-generate-001",
         "Tall portrait of a neon city by night, pink windows in black towers, teal haze, pale moon, wet "
         "reflections",
         "city", "05131f 0f6a7a c8fff4 04141c ff8fd0", (768, 1344)),
    Work("portrait-amara.png", "team-portraits", "openai/gpt-image-1",
         "Flat vector portrait of a woman with long black hair and an orange jumper, golden disc behind "
         "her, deep blue ground, calm smile",
         "portrait", "2b4c6f f2c14e 8d5a3c 1c1420 e4572e", SQUARE, cost=0.042, options={"seed": 2}),
    Work("portrait-noah.png", "team-portraits", "openai/gpt-image-1",
         "Flat vector portrait of a young man with dark curls in a teal shirt, cream halo, peach "
         "background, friendly",
         "portrait", "f4b6a6 fbe3cf c98a66 2d1b2e 2a6f7f", TALL, cost=0.063, options={"seed": 1}),
    Work("portrait-freya.webp", "team-portraits", "openai/gpt-image-1",
         "Flat vector portrait of a red-haired woman in navy, pale green background, soft cream circle, "
         "editorial style",
         "portrait", "c8d8c0 f3efe0 f0c5a5 b5522b 3d405b", TALL, cost=0.063, options={"seed": 3}),
    Work("tidal-concert-poster-a2-final-FINAL-v3-with-corrected-date-and-venue.png", "harbour-hall",
         "ideogram/ideogram-v3",
         "Concert poster reading TIDAL, concentric rainbow arcs mirrored like a sun in water, warm paper, "
         "modernist typography",
         "poster", "f5ead6 1f2a44 e4572e f3a712 1f2a44 76b041", (1024, 1448), cost=0.09,
         options={"words": ("TIDAL", "AN EVENING OF SLOW MUSIC", "14 NOVEMBER  ·  HARBOUR HALL")}),
    Work("harbour-hall-season-pattern.webp", "harbour-hall", "fal/recraft-v3",
         "Geometric poster pattern of quarter circles, stripes and triangles in brick, forest green, navy "
         "and apricot, mid-century print",
         "geometry", "f2e8cf bc4749 386641 f2e8cf 1d3557 f4a259", TALL),
    Work("aurora-keyframe-01.jpg", "aurora-trailer", "stability/stable-image-ultra",
         "Green and violet northern lights waving over a mirror-still lake, black hills on the horizon, a "
         "sky full of stars, long exposure",
         "aurora", "050b24 123a56 4cf2b0 8a6cff 03060f", (1600, 900), cost=0.08),
    Work("terrazzo-sage-ochre.png", "tile-patterns", "fal/recraft-v3",
         "Terrazzo tile, irregular chips of sage, ochre, terracotta and charcoal in warm white stone, "
         "seamless flat lay",
         "terrazzo", "f4efe6 d98c6a 3f5e5a e8b94f a9b7a0 2f3440", SQUARE),
    Work("terrazzo-midnight.webp", "tile-patterns", "fal/recraft-v3",
         "Dark terrazzo, chips of rose, mint and butter yellow in midnight blue stone, polished, seen "
         "from above",
         "terrazzo", "1b2238 f2b5b5 7fd1ae f6e3a1 8fa8d6 e86f68", SQUARE),
    Work("Фестиваль воздушных шаров.jpg", "balloon-festival", "google/imagen-4.0-generate-001",
         "Striped hot-air balloons drifting over a bank of soft clouds at breakfast time, pale sun, "
         "cheerful storybook illustration",
         "balloons", "6fb7d8 fde2c8 ffffff e4572e fff3dc 2a6f7f f3a712", (1280, 960)),
    Work("balloons at dusk 🎈.png", "balloon-festival", "google/imagen-4.0-generate-001",
         "Hot-air balloons in plum, gold and rose over lilac clouds at dusk, wide banner, gentle gradient "
         "sky",
         "balloons", "3c2a6b f49fb0 ffd9e0 8a2f6b ffd166 ef476f 5b5fc7", (1920, 640)),
    Work("galaxy-rose.jpg", "deep-space", "stability/sd3.5-large",
         "Spiral galaxy seen from aslant, rose and violet arms winding out of a warm core, fine "
         "starlight, deep black space",
         "galaxy", "04040f 39256b e88fb4 ffe8c4", WIDE, cost=0.065),
    Work("galaxy-cyan.png", "deep-space", "stability/sd3.5-large",
         "A cyan spiral galaxy with a white-hot centre, dusty outer arms, scattered stars, telescope "
         "photograph",
         "galaxy", "02060d 0d4a6b 7fe0e6 fff2d6", SQUARE, cost=0.065),
    Work("eucalyptus-card.png", "botanical-cards", "ideogram/ideogram-v3",
         "Greeting card: sprigs of eucalyptus climbing before an apricot sun, cream paper, flat botanical "
         "print",
         "botanical", "f6efe0 e9a178 2f5d50 5b8c6a 89a77c 1f4037", TALL),
    Work("midnight-garden-card.webp", "botanical-cards", "ideogram/ideogram-v3",
         "Leaves in mint and fern green against a golden moon, dark green night, flat botanical illustration",
         "botanical", "16302b e8c07d 4f9d69 8cc084 2f6f5e c1d7ae", SQUARE),
    Work("ceramics-autumn.jpg", "ceramics-shop", "replicate/flux-1.1-pro",
         "Four glazed vases on an oak table, dried coral and sage blossom, plaster wall with a painted "
         "circle, late afternoon light",
         "still_life", "d9c7b0 a47551 3f5e5a c8553d e8c07d 6b7f6b", (1280, 960)),
    Work("ceramics-porcelain-blue.png", "ceramics-shop", "replicate/flux-1.1-pro",
         "White, cobalt and blush vases in a row, blossoming twigs, powder blue wall, quiet Scandinavian "
         "still life",
         "still_life", "9fb6c3 e4d6c6 f2efe9 27496d d98c6a c9ada7", SQUARE),
    Work("dunes-establishing-shot.jpg", "desert-story", "runway/gen4_image",
         "Wind-carved dunes under a coral sky, low white sun, long soft shadows along the ridges, film still",
         "dunes", "e8745a fbd3a0 fff0c8 e9a15b 5e2a3b", (1600, 900), cost=0.08),
    Work("dunes-blue-hour.webp", "desert-story", "runway/gen4_image",
         "The same dunes at blue hour, silver moonlight on the crests, indigo shadows, silent desert",
         "dunes", "1c2350 8f9bd0 f4f1ff a9a6c9 1a1a3d", (1280, 800), cost=0.08),
    Work("marble-teal-gold.png", "marble-covers", "replicate/sdxl",
         "Teal and ivory ink billowing in water, thin gilded veins, luxurious marbled endpaper",
         "marble", "0b2027 12505b e9e4d4 d4a549", SQUARE, cost=0.012),
    Work("marble-wine-gold.jpg", "marble-covers", "replicate/sdxl",
         "Marbled paper in wine red and blush with fine golden veins, macro photograph, elegant",
         "marble", "20121f 7b2d4b f3d9d0 d9b26a", TALL, cost=0.012),
    Work("forest-in-mist.png", "forest-walk", "google/imagen-4.0-fast",
         "Rows of firs fading into morning mist, pale sun, slate blue sky, quiet layered illustration",
         "forest", "8fa9b8 e6ecea fff8e6 6f8f8d 12312f", SQUARE, cost=0.02),
    Work("forest-at-sundown.jpg", "forest-walk", "google/imagen-4.0-fast",
         "Dark plum firs against an apricot sundown, thin haze between the trees, panorama",
         "forest", "f2b28c fbe3cf fff2d0 b0646a 2d1a33", (1920, 720), cost=0.02),
    Work("paper-cut-canyon.png", "paper-cuts", "openai/dall-e-3",
         "Layered paper cut, rings from apricot over coral to deep violet with soft shadows, like looking "
         "into a canyon",
         "contours", "fbe8d3 f9c784 fc7a57 b23a6a 4f2a73 1d1a44", SQUARE),
    Work("paper-cut-lagoon.webp", "paper-cuts", "openai/dall-e-3",
         "Layered paper cut of a lagoon, pale mint shore sinking into dark teal depths, tall format",
         "contours", "e7f6f2 a5c9ca 5a9e9f 395b64 2c3333", TALL),
    Work("alpine-dawn-wide.jpg", "alpine-spot", "stability/stable-image-ultra",
         "Layers of mountains at dawn, amber sky, violet ridges, a low sun and a few birds, wide panorama",
         "mountains", "2b3a67 f4a261 ffd9a0 8d6a8f 1d1b35", (2048, 768), cost=0.08),
    Work("alpine-morning-mint.png", "alpine-spot", "stability/stable-image-ultra",
         "Misty mint-green mountain ranges in the morning, cream light, soft haze in the valleys, "
         "minimalist poster",
         "mountains", "bfe3e0 fdf6e3 ffe9b8 8fb8b5 1f4b4f", SQUARE, cost=0.08),
    Work("silk-crimson.jpg", "silk-series", "replicate/flux-schnell",
         "Flowing crimson and blush silk, deep folds, soft sheen, abstract wallpaper",
         "silk", "2b0a3d a4133c ff758f ffd6c0", SQUARE, cost=0.003),
    Work("silk-azure.webp", "silk-series", "replicate/flux-schnell",
         "Azure silk in slow waves, bright highlights along the folds, wide desktop wallpaper",
         "silk", "03254c 1167b1 2a9df4 d0efff", (1600, 900), cost=0.003),
    Work("bottle-cedar-nº5.png", "cologne", "fal/flux-dev",
         "Smoke-blue bottle with a copper cap on a dark plinth, cedar leaves, warm grey studio backdrop",
         "bottle", "b9aea6 5a5450 3d5a73 b5703f 4d5f4a", TALL, cost=0.025),
    Work("author-lena-o'hara.png", "author-pictures", "openai/dall-e-3",
         "Flat portrait of a woman with a bun in a cream sweater, pink disc, lavender ground, book jacket "
         "style",
         "portrait", "6d5a8c f7b2bd e2b08e 3b2a20 f2e9de", TALL, options={"seed": 4}),
    Work("ink-flow-ember.png", "ink-studies", "stability/sd3.5-large",
         "Thousands of ink strokes following an invisible current, ember, wine and petrol on warm paper",
         "flow", "f6f0e4 0f4c5c e36414 9a031e 5f0f40", SQUARE, cost=0.065),
    Work("ink-flow-night.jpg", "ink-studies", "stability/sd3.5-large",
         "Pale and steel-blue strokes streaming through the night with a touch of coral, generative drawing",
         "flow", "0d1321 3e5c76 748cab f0ebd8 e07a5f", (1280, 800), cost=0.065),
    Work("glass-orbs.webp", "orbit-explainer", "fal/recraft-v3",
         "Glossy spheres in pink, amber, aqua and periwinkle floating over a lilac gradient, soft "
         "shadows, 3D render",
         "orbs", "ffe5ec 7b5ea7 ff7aa2 ffc15e 5ad1c8 7a8cff", SQUARE),
    Work("تقويم الحديقة.png", "garden-calendar", "ideogram/ideogram-v3",
         "Garden calendar sheet: olive and teal sprigs around a rose disc on pale pink paper",
         "botanical", "fbeae4 e58a8a 47604a 7d9460 2f5f66 a3ad6f", TALL),
    Work("test-512.png", "first-tests", "replicate/sdxl-turbo", "",
         "sea", "f7c8b0 fff3dc ffffff 3fb5a8 0d4f5c", (512, 512), cost=None),
]  # fmt: skip
