"""EfficientNet-B1 as the package efficientnet builds it: SAME padding, a dropout class and a swish of its own.

The package's modules for one Keras import more than they need; its general form takes Keras's modules as arguments.
"""

from __future__ import annotations

import keras


def _modules() -> dict[str, object]:
    return {"backend": keras.backend, "layers": keras.layers, "models": keras.models, "utils": keras.utils}


def efficientnet_b1() -> keras.Model:
    from efficientnet import model  # noqa: PLC0415 -- only the environment of Keras 2 has the package

    _register()
    return model.EfficientNetB1(weights=None, input_shape=(240, 240, 3), **_modules())


def small_efficientnet() -> keras.Model:
    from efficientnet import model  # noqa: PLC0415

    _register()
    return model.EfficientNet(
        0.03, 1.1, 48, depth_divisor=2, weights=None, input_shape=(48, 48, 3), classes=10, **_modules()
    )


def _register() -> None:
    """What the package does when it is imported for one Keras."""
    from efficientnet import model  # noqa: PLC0415

    keras.utils.get_custom_objects().update(
        swish=model.get_swish(**_modules()), FixedDropout=model.get_dropout(**_modules())
    )
