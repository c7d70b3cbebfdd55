"""Adam (Kingma and Ba 2015) with clipping and a running average of the parameters."""

from __future__ import annotations

import numpy as np

from training.layers import Params


class Adam:
    """One optimiser for one set of parameters; a step touches only the parameters that have a gradient."""

    def __init__(self, params: Params, clip: float = 5.0, decay: float = 0.999) -> None:
        self.params, self.clip, self.decay = params, clip, decay
        self.first = {name: np.zeros_like(value) for name, value in params.items()}
        self.second = {name: np.zeros_like(value) for name, value in params.items()}
        self.counts = dict.fromkeys(params, 0)
        self.average = {name: value.copy() for name, value in params.items()}
        self.steps = 0

    def step(self, gradients: Params, rate: float) -> None:
        """Update in place. The gradients' joint norm is cut to `clip`."""
        norm = float(np.sqrt(sum(float(np.vdot(g, g)) for g in gradients.values())))
        factor = np.float32(min(1.0, self.clip / max(norm, 1e-12)))
        for name, gradient in gradients.items():
            self.counts[name] += 1
            count = self.counts[name]
            gradient = gradient * factor
            first, second = self.first[name], self.second[name]
            first += np.float32(0.1) * (gradient - first)
            np.square(gradient, out=gradient)
            gradient -= second
            gradient *= np.float32(0.001)
            second += gradient
            np.sqrt(second, out=gradient)
            gradient *= np.float32(1 / np.sqrt(1 - 0.999**count))
            gradient += np.float32(1e-8)
            np.divide(first, gradient, out=gradient)
            gradient *= np.float32(rate / (1 - 0.9**count))
            self.params[name] -= gradient
        self.steps += 1
        share = np.float32(1 - min(self.decay, (1 + self.steps) / (10 + self.steps)))
        for name in gradients:
            self.average[name] += share * (self.params[name] - self.average[name])
