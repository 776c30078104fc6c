import type { NetworkNames } from './names.js';

/** The same network in torch: examples/my_net.py by another name. */
export const pythonSource = ({ file, pascal }: NetworkNames): string =>
  `"""${file}.ts in torch, for record_golden.py: the network that is ported, or a second opinion on it."""
from torch import nn


def separable(inputs, out, stride):
    """Depthwise 3x3, then pointwise, each with norm and ReLU."""
    block = nn.Module()
    block.dw = nn.Conv2d(inputs, inputs, 3, stride, padding=1, groups=inputs, bias=False)
    block.dw_bn = nn.BatchNorm2d(inputs)
    block.pw = nn.Conv2d(inputs, out, 1, bias=False)
    block.pw_bn = nn.BatchNorm2d(out)
    block.forward = lambda x: block.pw_bn(block.pw(block.dw_bn(block.dw(x)).relu())).relu()
    return block


class Stage(nn.Module):
    def __init__(self, inputs, out):
        super().__init__()
        self.down = separable(inputs, out, 2)
        self.refine = separable(out, out, 1)

    def forward(self, x):
        y = self.down(x)
        return y + self.refine(y)


class ${pascal}(nn.Module):
    input_size = (64, 64)

    def __init__(self, width=32, classes=10):
        super().__init__()
        self.stem = nn.Conv2d(3, width, 3, 2, padding=1, bias=False)
        self.stem_bn = nn.BatchNorm2d(width)
        self.stage1 = Stage(width, 2 * width)
        self.stage2 = Stage(2 * width, 4 * width)
        self.stage3 = Stage(4 * width, 8 * width)
        self.classifier = nn.Linear(8 * width, classes)

    def forward(self, x):
        x = self.stem_bn(self.stem(x)).relu()
        x = self.stage3(self.stage2(self.stage1(x)))
        return self.classifier(x.mean((2, 3)))


build = ${pascal}
`;
