"""The networks by name: what the makers of files and the checks need to know of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import keras

from kerasfiles import package, small

apps = keras.applications


@dataclass(frozen=True)
class KerasNetwork:
    """`scale` and `shift` make the network's input from normalised pictures: EfficientNet expects raw pixels.

    `logits` names the value before the last activation: "LAYER" where that is a layer's result, "LAYER/linear" where
    the activation belongs to the layer itself. `architecture` is what a file without configuration is recognised as;
    None where no built-in architecture is this network. `second_rescaling`: EfficientNet as Keras builds it for its
    published weights. `keras3`: whether that version can build it. `trained`: whether
    the files hold an optimizer's state. `pictures` is how many calibrate it.
    """

    name: str
    build: Callable[[], keras.Model]
    shape: tuple[int, int, int]
    seed: int
    logits: str | None
    architecture: str | None = None
    scale: float = 1
    second_rescaling: bool = False
    keras3: bool = True
    trained: bool = False
    pictures: int = 32

    @property
    def input_shape(self) -> str:
        return "x".join(("batch", *map(str, self.shape)))


MOBILENET, XCEPTION, EFFICIENTNET = "keras/mobilenet", "keras/xception", "keras/efficientnet-b1"

FULL_SIZE = (
    KerasNetwork("mobilenet-025", lambda: apps.MobileNet(alpha=0.25, weights=None), (224, 224, 3), 141, "reshape_2",
                 MOBILENET),
    KerasNetwork("mobilenet-100", lambda: apps.MobileNet(weights=None), (224, 224, 3), 142, "reshape_2", MOBILENET),
    KerasNetwork("xception", lambda: apps.Xception(weights=None), (299, 299, 3), 143, "predictions/linear", XCEPTION),
    KerasNetwork("efficientnet-b1", lambda: apps.EfficientNetB1(weights=None), (240, 240, 3), 144,
                 "predictions/linear", EFFICIENTNET, scale=60),
    KerasNetwork("efficientnet-b1-package", package.efficientnet_b1, (240, 240, 3), 145, "probs/linear", EFFICIENTNET,
                 keras3=False),
    KerasNetwork("xception-two-layer-head",
                 lambda: small.two_layer_head(
                     apps.Xception(weights=None, include_top=False, input_shape=(150, 150, 3), pooling="avg"), 512),
                 (150, 150, 3), 146, "head_dense2/linear", XCEPTION),
)  # fmt: skip

SMALL = (
    KerasNetwork("mobilenet", small.mobilenet, (64, 64, 3), 151, "reshape_2", MOBILENET),
    KerasNetwork("mobilenet-without-top", lambda: small.mobilenet(top=False), (64, 64, 3), 152, None, MOBILENET),
    KerasNetwork("xception", lambda: small.xception(small.NARROW, 60), (60, 60, 3), 153, "predictions/linear",
                 XCEPTION),
    KerasNetwork("xception-two-layer-head",
                 lambda: small.two_layer_head(small.xception(small.NARROW, 60, top=False, pooling=True), 14),
                 (60, 60, 3), 154, "head_dense2/linear", XCEPTION),
    KerasNetwork("efficientnet", small.efficientnet, (48, 48, 3), 155, "predictions/linear", EFFICIENTNET, scale=60),
    KerasNetwork("efficientnet-imagenet", lambda: small.efficientnet(imagenet=True), (48, 48, 3), 156,
                 "predictions/linear", EFFICIENTNET, scale=60, second_rescaling=True),
    KerasNetwork("efficientnet-package", package.small_efficientnet, (48, 48, 3), 157, "probs/linear", EFFICIENTNET,
                 keras3=False),
    KerasNetwork("mini-xception", small.mini_xception, (48, 48, 1), 158, "pooled", trained=True),
    KerasNetwork("sequential", small.sequential, (30, 26, 3), 159, "predictions/linear"),
    KerasNetwork("nested", small.nested, (32, 32, 3), 160, "predictions/linear"),
)  # fmt: skip
