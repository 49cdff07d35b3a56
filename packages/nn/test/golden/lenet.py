"""Losses of LeNet's first steps in float64, by PyTorch: python3 lenet.py > lenet.json

Images and weights are whole multiples of 1/1024 times a power of 2, the same in lenet.test.ts. Needs torch.
"""

import json

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def spread(seed, scale, *shape):
    count = 1
    for dimension in shape:
        count *= dimension
    k = (torch.arange(count) * 7919 + seed * 101) % 1021
    return ((k - 510) / 1024 * scale).reshape(shape)


shapes = [(6, 1, 5, 5), (6,), (16, 6, 5, 5), (16,), (400, 120), (120,), (120, 84), (84,), (84, 10), (10,)]
scales = [0.5, 0, 0.25, 0, 0.25, 0, 0.25, 0, 0.25, 0]
parameters = [spread(i, scale, *shape).requires_grad_() for i, (shape, scale) in enumerate(zip(shapes, scales))]
images = spread(99, 1, 4, 1, 28, 28) + 0.5
labels = torch.tensor([3, 0, 7, 3])


def loss_of():
    k1, c1, k2, c2, w1, b1, w2, b2, w3, b3 = parameters
    x = F.max_pool2d(F.relu(F.conv2d(images, k1, c1, padding=2)), 2)
    x = F.max_pool2d(F.relu(F.conv2d(x, k2, c2)), 2).flatten(1)
    x = F.relu(x @ w1 + b1)
    x = F.relu(x @ w2 + b2)
    return F.cross_entropy(x @ w3 + b3, labels)


optimizer = torch.optim.Adam(parameters, lr=1e-3, betas=(0.9, 0.999), eps=1e-8)
losses, norms = [], []
for step in range(5):
    loss = loss_of()
    optimizer.zero_grad()
    loss.backward()
    if step == 0:
        norms = [p.grad.norm().item() for p in parameters]
    optimizer.step()
    losses.append(loss.item())
print(json.dumps({"framework": f"torch {torch.__version__}", "losses": losses, "gradientNorms": norms}, indent=2))
