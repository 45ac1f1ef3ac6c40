# SPDX-License-Identifier: MIT
#
# PyTorch, whose kernels come without PTX for this GPU: a few training steps of a small network with
# deterministic algorithms, some plain operations, and a side stream.
#
# env: CUBLAS_WORKSPACE_CONFIG=:4096:8
# modes: auto-* 1-rr 7-fcfs
# timeout: 180
import hashlib
import sys

try:
    import torch
except ImportError:
    print("no torch here")
    sys.exit(77)


def show(name, tensor):
    data = tensor.detach().cpu().contiguous().numpy().tobytes()
    print(name, len(data), hashlib.sha256(data).hexdigest()[:32])


def train(device):
    model = torch.nn.Sequential(
        torch.nn.Conv2d(3, 16, 3, padding=1), torch.nn.ReLU(),
        torch.nn.Conv2d(16, 8, 3), torch.nn.GELU(),
        torch.nn.Flatten(), torch.nn.Linear(8 * 30 * 30, 10)).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    images = torch.randn(16, 3, 32, 32).to(device)
    labels = torch.randint(0, 10, (16,)).to(device)
    for step in range(4):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()
        show(f"loss {step}", loss)
    for name, parameter in model.named_parameters():
        show(name, parameter)


def main():
    torch.manual_seed(1)
    torch.use_deterministic_algorithms(True)
    torch.backends.cudnn.benchmark = False
    device = torch.device("cuda")
    train(device)
    a = torch.randn(700, 500).to(device)
    show("matmul", a @ a.T)
    show("half", a.half() @ a.half().T)
    show("sort", torch.sort(a, dim=1).values)
    show("softmax", torch.softmax(a, 0))
    show("sum", a.sum(0))
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        b = torch.sin(a) * 3 + a.flip(1)
    torch.cuda.current_stream().wait_stream(side)
    show("side", b + a)
    print("version", torch.version.cuda)


main()
