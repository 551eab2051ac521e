"""Resize and Upsample in the modes that exporters write, and pixels that become channels."""

import numpy as np

from operators.definition import EXACT, ROUNDED, integers
from operators.definition import Definition as Case


def numbers(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


X = {"x": [1, 3, 5, 4]}
DOUBLED = {"scales": numbers(1, 1, 2, 2)}
FREE = {"x": ["batch", 3, "height", "width"]}
SIZES = {"batch": 2, "height": 5, "width": 4}


def resize(name: str, attributes: str, stored: dict, opset: int = 13, **options) -> Case:
    """A case that reads its scales or its sizes, whichever are stored, and its region if there is one."""
    # Opset 11 cannot leave an input out and says nothing by an empty list.
    absent = '""' if opset >= 13 else "none"
    if opset == 11:
        stored = stored | {"none": numbers()}
    region = "roi" if "roi" in stored else absent
    if opset < 11:
        body = f"y = Resize <{attributes}> (x, scales)"
    elif "scales" in stored:
        body = f"y = Resize <{attributes}> (x, {region}, scales)"
    else:
        body = f'y = Resize <{attributes}> (x, {region}, {absent}, sizes)'
    inputs = options.pop("inputs", X)
    tolerance = EXACT if 'mode = "nearest"' in attributes else ROUNDED
    return Case(name, body, inputs, stored, opset=opset, tolerance=tolerance, **options)


HALF = 'coordinate_transformation_mode = "half_pixel"'
PYTORCH = 'coordinate_transformation_mode = "pytorch_half_pixel"'
CORNERS = 'coordinate_transformation_mode = "align_corners"'
ASYMMETRIC = 'coordinate_transformation_mode = "asymmetric"'

CASES = [
    Case("upsample-attribute", 'y = Upsample <mode = "nearest", scales = [1.0, 1.0, 2.0, 3.0]> (x)', X, opset=7,
         tolerance=EXACT),
    Case("upsample-nearest", 'y = Upsample <mode = "nearest"> (x, scales)', FREE, DOUBLED, opset=9, sizes=SIZES,
         tolerance=EXACT),
    resize("resize-opset-10", 'mode = "nearest"', DOUBLED, opset=10),
    resize("resize-opset-10-half", 'mode = "nearest"', {"scales": numbers(1, 1, 0.5, 1)}, opset=10),
    # As PyTorch writes nn.Upsample and interpolate.
    resize("resize-torch-nearest", f'mode = "nearest", nearest_mode = "floor", {ASYMMETRIC}', DOUBLED, inputs=FREE,
           sizes=SIZES),
    resize("resize-torch-bilinear", f'mode = "linear", cubic_coeff_a = -0.75, nearest_mode = "floor", {HALF}', DOUBLED,
           inputs=FREE, sizes=SIZES),
    resize("resize-torch-bilinear-corners", f'mode = "linear", {CORNERS}', {"sizes": integers(1, 3, 9, 7)}),
    resize("resize-torch-bicubic", f'mode = "cubic", cubic_coeff_a = -0.75, {PYTORCH}', {"sizes": integers(1, 3, 9, 3)},
           opset=11),
    resize("resize-torch-antialias", f'mode = "linear", antialias = 1, exclude_outside = 1, {PYTORCH}',
           {"sizes": integers(1, 3, 2, 3)}, opset=18),
    Case("resize-torch-size-of-another",
         's = Shape (skip) hw = Slice (s, two, four) nc = Constant <value_ints = [1, 3]> () '
         'sizes = Concat <axis = 0> (nc, hw) '
         'none = Constant <value = float[0] {}> () '
         f'up = Resize <mode = "nearest", nearest_mode = "floor", {ASYMMETRIC}> (x, none, none, sizes) '
         'y = Add (up, skip)',
         {"x": [1, 3, "height", "width"], "skip": [1, 3, "tall", "wide"]}, {"two": integers(2), "four": integers(4)},
         opset=13, sizes={"height": 3, "width": 4, "tall": 6, "wide": 8}),
    *[
        resize(f"resize-nearest-{rounding.replace('_', '-')}", f'mode = "nearest", nearest_mode = "{rounding}", {HALF}',
               {"sizes": integers(1, 3, 10, 2)})
        for rounding in ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")
    ],
    resize("resize-nearest-tf-half-pixel", 'mode = "nearest", coordinate_transformation_mode = "tf_half_pixel_for_nn", '
           'nearest_mode = "floor"', {"sizes": integers(1, 3, 8, 3)}, opset=11),
    resize("resize-seven-tenths", f'mode = "linear", {HALF}', {"scales": numbers(1, 1, 0.7, 0.7)}, inputs=FREE,
           sizes={"batch": 1, "height": 10, "width": 13}),
    resize("resize-cubic", f'mode = "cubic", {HALF}', {"scales": numbers(1, 1, 0.6, 1.5)}),
    resize("resize-cubic-exclude-outside", f'mode = "cubic", cubic_coeff_a = -0.5, exclude_outside = 1, {ASYMMETRIC}',
           {"sizes": integers(1, 3, 3, 7)}),
    resize("resize-cubic-antialias", f'mode = "cubic", antialias = 1, {HALF}',
           {"sizes": integers(1, 3, 2, 6)}, opset=18),
    resize("resize-linear-antialias", f'mode = "linear", antialias = 1, {HALF}', {"scales": numbers(1, 1, 0.5, 0.5)},
           opset=18),
    resize("resize-half-pixel-symmetric", 'mode = "linear", coordinate_transformation_mode = "half_pixel_symmetric"',
           {"scales": numbers(1, 1, 0.7, 1.6)}, opset=19),
    resize("resize-crop", 'mode = "linear", coordinate_transformation_mode = "tf_crop_and_resize", '
           'extrapolation_value = 9.5',
           {"roi": numbers(0, 0, 0.3, -0.25, 1, 1, 1.5, 0.6), "sizes": integers(1, 3, 4, 5)}),
    resize("resize-axes", 'mode = "linear", axes = [3, 2]', {"sizes": integers(7, 3)}, opset=18),
    resize("resize-not-larger", 'mode = "nearest", axes = [2, 3], keep_aspect_ratio_policy = "not_larger"',
           {"sizes": integers(8, 6)}, opset=18),
    resize("resize-not-smaller", 'mode = "linear", axes = [2, 3], keep_aspect_ratio_policy = "not_smaller"',
           {"sizes": integers(7, 9)}, opset=18),
    resize("resize-line", f'mode = "linear", {HALF}', {"sizes": integers(2, 3, 11)}, inputs={"x": [2, 3, 4]}),
    resize("resize-volume", f'mode = "linear", {HALF}', {"sizes": integers(1, 2, 5, 4, 6)},
           inputs={"x": [1, 2, 3, 4, 5]}),
    Case("depth-to-space", "y = DepthToSpace <blocksize = 2> (x)", {"x": [2, 12, 3, 4]}, tolerance=EXACT),
    Case("depth-to-space-crd", 'y = DepthToSpace <blocksize = 2, mode = "CRD"> (x)',
         {"x": ["batch", 12, "height", "width"]}, sizes={"batch": 2, "height": 3, "width": 4}, opset=13, tolerance=EXACT),
    Case("space-to-depth", "y = SpaceToDepth <blocksize = 2> (x)", {"x": ["batch", 3, "height", "width"]},
         sizes={"batch": 2, "height": 4, "width": 6}, opset=13, tolerance=EXACT),
    Case("pad-wrap", 'y = Pad <mode = "wrap"> (x, pads)', X, {"pads": integers(0, 0, 2, 5, 0, 0, 1, 0)}, opset=19,
         tolerance=EXACT),
]  # fmt: skip
