"""Makes the small pictures of golden/pictures, what they decode to (.npy, uint8, height×width×3), and cases.json.

    python make-pictures.py        with the packages of requirements.txt beside it

Pillow decodes what Pillow can. It differs from the rules of FerryMedia in one place, 16-bit grey (which it clips); the
expectation there is the upper byte of the very samples that were written, as for 16-bit RGB.
"""
import io
import json
import pathlib
import random
import struct
import zlib

from PIL import Image, ImageOps

FOLDER = pathlib.Path(__file__).parent
WIDTH, HEIGHT = 37, 29
CASES = []


def scene(width=WIDTH, height=HEIGHT, seed=1):
    """Smooth gradients, a sharp edge and some noise: chroma upsampling and rounding all show."""
    generator = random.Random(seed)
    picture = Image.new("RGB", (width, height))
    for y in range(height):
        for x in range(width):
            noise = generator.randrange(24)
            inside = 8 < x < 20 and 6 < y < 18
            picture.putpixel((x, y), (230 - noise, 40, x * 5 % 256) if inside else
                             (x * 6 % 256, y * 8 % 256, (255 - x * 3 - noise) % 256))
    return picture


def write_npy(name, width, height, data):
    header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({height}, {width}, 3), }}"
    header += " " * (63 - (10 + len(header)) % 64) + "\n"
    (FOLDER / name).write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + data)


def good(name, data, expected=None, size=None):
    """A picture that must decode to `expected` (bytes, with `size`), by default to what Pillow makes of it."""
    (FOLDER / name).write_bytes(data)
    if expected is None:
        picture = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
        if "transparency" in picture.info:
            picture = picture.convert("RGBA")
        picture = picture.convert("RGB")
        expected, size = picture.tobytes(), picture.size
    write_npy(name + ".npy", *size, expected)
    CASES.append({"file": name, "pixels": name + ".npy"})


def bad(name, data, error):
    """A picture that must be refused with `error` as the first line of the message."""
    (FOLDER / name).write_bytes(data)
    CASES.append({"file": name, "error": error})


def saved(picture, format, **options):
    buffer = io.BytesIO()
    picture.save(buffer, format, **options)
    return buffer.getvalue()


# PNG by hand, for what Pillow cannot write: 16 bits, interlacing, extra chunks.
def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed(row, depth):
    """A row of samples as bytes."""
    if depth >= 8:
        return b"".join(sample.to_bytes(depth // 8, "big") for sample in row)
    bits = "".join(format(sample, f"0{depth}b") for sample in row)
    return int(bits.ljust(-len(bits) // 8 * -8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")


ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def png(rows, depth, color_type, interlaced=False, extra=b"", head=None):
    """`rows`: per row a list of pixels, each a tuple of samples."""
    raw = b""
    for left, top, step_x, step_y in ADAM7 if interlaced else [(0, 0, 1, 1)]:
        for row in rows[top::step_y]:
            samples = [sample for pixel in row[left::step_x] for sample in pixel]
            raw += b"\0" + packed(samples, depth) if samples else b""
    head = head or (len(rows[0]), len(rows))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", *head, depth, color_type, 0, 0, interlaced))
            + extra + chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b""))


def samples(channels, depth, seed):
    generator = random.Random(seed)
    return [[tuple(generator.randrange(1 << depth) for _ in range(channels)) for _ in range(WIDTH)]
            for _ in range(HEIGHT)]


def upper_bytes(rows):
    return bytes(pixel[c if len(pixel) > 2 else 0] >> 8 for row in rows for pixel in row for c in range(3))


def make_png():
    picture = scene()
    good("rgb.png", saved(picture, "PNG"))
    good("grey.png", saved(picture.convert("L"), "PNG"))
    good("grey1.png", saved(picture.convert("1"), "PNG"))
    good("grey2.png", png(samples(1, 2, 2), 2, 0))
    good("grey4.png", png(samples(1, 4, 3), 4, 0))
    good("palette.png", saved(picture.quantize(200), "PNG"))
    good("palette4.png", saved(picture.quantize(13), "PNG"))
    good("palette-transparent.png", saved(picture.quantize(60), "PNG", transparency=bytes(range(0, 240, 4))))
    # Alpha is dropped: the colours under transparent pixels must come out as they are stored.
    good("rgba.png", png(samples(4, 8, 4), 8, 6))
    good("grey-alpha.png", png(samples(2, 8, 5), 8, 4))
    good("rgb-transparent-color.png", png(samples(3, 8, 6), 8, 2, extra=chunk(b"tRNS", struct.pack(">3H", 1, 2, 3))))
    good("interlaced.png", png([[picture.getpixel((x, y)) for x in range(WIDTH)] for y in range(HEIGHT)], 8, 2, True))
    good("interlaced-grey4.png", png(samples(1, 4, 7), 4, 0, True))
    # A gamma that is not sRGB's, a background and a profile's mere name: the stored numbers count.
    gamma = chunk(b"gAMA", struct.pack(">I", 100000)) + chunk(b"bKGD", struct.pack(">3H", 255, 0, 0))
    good("gamma.png", png(samples(4, 8, 8), 8, 6, extra=gamma))
    good("rgb16.png", png(samples(3, 16, 9), 16, 2))
    rows = samples(1, 16, 10)
    good("grey16.png", png(rows, 16, 0), upper_bytes(rows), (WIDTH, HEIGHT))
    rows = samples(3, 16, 11)
    good("rgb16-gamma.png", png(rows, 16, 2, extra=chunk(b"gAMA", struct.pack(">I", 45455))))
    rows = [[pixel + (65535,) for pixel in row] for row in samples(3, 16, 12)]
    good("rgba16-opaque.png", png(rows, 16, 6))
    rows = [[pixel + (65535,) for pixel in row] for row in samples(1, 16, 13)]
    good("grey-alpha16-opaque.png", png(rows, 16, 4), upper_bytes(rows), (WIDTH, HEIGHT))
    bad("rgba16-translucent.png", png(samples(4, 16, 14), 16, 6),
        "the PNG picture has 16 bits a sample and translucent pixels")
    exif = Image.Exif()
    exif[0x0112] = 6
    good("orientation6.png", saved(picture, "PNG", exif=exif))
    good("one-pixel.png", saved(Image.new("RGB", (1, 1), (1, 2, 3)), "PNG"))


def make_bad_png():
    whole = saved(scene(), "PNG")
    bad("cut-in-pixels.png", whole[:500],
        'the PNG picture ends after 500 bytes, inside a chunk "IDAT" of %d bytes: it is cut off'
        % int.from_bytes(whole[33:37], "big"))
    bad("cut-before-end.png", whole[:-12],
        f'the PNG picture ends after {len(whole) - 12} bytes, before its chunk "IEND": it is cut off')
    flipped = bytearray(whole)
    flipped[-16] ^= 0x10  # the first byte of the checksum of the pixels
    bad("wrong-checksum.png", bytes(flipped), "the PNG picture is damaged; libpng says: IDAT: CRC error")
    pixel = [[(1, 2, 3)]]
    bad("too-large.png", png(pixel, 8, 2, head=(100_000, 1001)),
        "the picture's declared size is 100000×1001 pixels, too large to be read")
    bad("too-few-pixels.png", png(pixel, 8, 2, head=(5, 5)),
        "the PNG picture is damaged; libpng says: Not enough image data")
    bad("no-size.png", png(pixel, 8, 2, head=(0, 5)), "the picture's declared size is 0×5")
    bad("unknown-critical.png", png(pixel, 8, 2, extra=chunk(b"ABCD", b"")),
        'the PNG picture needs the unknown chunk "ABCD" to be understood')


def make_jpeg():
    picture = scene()
    for name, subsampling in (("444", 0), ("422", 1), ("420", 2)):
        good(f"{name}.jpg", saved(picture, "JPEG", quality=88, subsampling=subsampling))
    good("progressive.jpg", saved(picture, "JPEG", quality=80, subsampling=2, progressive=True))
    good("restart.jpg", saved(picture, "JPEG", quality=80, subsampling=2, restart_marker_blocks=1))
    good("grey.jpg", saved(picture.convert("L"), "JPEG", quality=85))
    good("rgb.jpg", saved(picture, "JPEG", quality=85, keep_rgb=True))
    good("low-quality.jpg", saved(picture, "JPEG", quality=10))
    small = scene(21, 14, 2)
    for value in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = value
        good(f"orientation{value}.jpg", saved(small, "JPEG", quality=80, exif=exif))
    exif = Image.Exif()
    exif[0x0112] = 9
    good("orientation9.jpg", saved(small, "JPEG", quality=80, exif=exif))


def make_bad_jpeg():
    picture = scene()
    whole = saved(picture, "JPEG", quality=80)
    damaged = "the JPEG picture is damaged or cut off, or of an unusual kind; libjpeg says: "
    bad("cut-in-pixels.jpg", whole[:-200], damaged + "Premature end of JPEG file")
    bad("cut-in-header.jpg", whole[:100],
        "the JPEG picture ends after 100 bytes, in a segment of its header: it is cut off")
    bad("no-end.jpg", whole[:-2], damaged + "Premature end of JPEG file")
    bad("cmyk.jpg", saved(picture.convert("CMYK"), "JPEG"), "the JPEG picture has 4 colour components (CMYK)")
    frame = whole.index(b"\xff\xc0")
    bad("twelve-bit.jpg", whole[:frame + 4] + b"\x0c" + whole[frame + 5:],
        damaged + "Unsupported JPEG data precision 12")
    bad("too-large.jpg", whole[:frame + 5] + b"\xff\x00\xff\x00" + whole[frame + 9:],
        "the picture's declared size is 65280×65280 pixels, too large to be read")


def make_others():
    small = Image.new("RGB", (2, 2))
    for name, format in (("GIF", "GIF"), ("BMP", "BMP"), ("TIFF", "TIFF"), ("WebP", "WEBP")):
        bad(f"picture.{format.lower()}", saved(small, format), f"this is a {name} file, which Ferry does not read")
    bad("empty.png", b"", "the file is empty, where a picture is needed")
    bad("text.png", b"no picture", "the file is no picture that Ferry knows: it begins with the bytes "
        "6e 6f 20 70 69 63 74 75")
    # The name lies, the content counts.
    good("a-jpeg-in-truth.png", saved(scene(), "JPEG", quality=70))


for old in FOLDER.iterdir():
    if old.suffix in (".png", ".jpg", ".npy", ".gif", ".bmp", ".tiff", ".webp"):
        old.unlink()
for make in (make_png, make_bad_png, make_jpeg, make_bad_jpeg, make_others):
    make()
about = {"about": "Made by make-pictures.py; `pixels`: the expected bytes, `error`: the first line of the refusal."}
(FOLDER / "cases.json").write_text(json.dumps(about | {"cases": CASES}, indent=1, ensure_ascii=False) + "\n")
print(len(CASES), "cases")
