"""PyTorch as its own programs use it. Obeys lines on standard input and answers each by one line:

    prepare FILE   ready | none    a workload: operands, parameters and settings as safetensors
    run N          done            N calls
    collect FILE   done            the results of a first call, as f32 of this machine's byte order

Arguments: number of threads; "eager" or "compiled". What goes wrong is answered by "failed" and the reason.
"""

import json
import os
import sys

import torch
from torch import nn
from torch.nn import functional as F

THREADS, MODE = int(sys.argv[1]), sys.argv[2]
COMPILED = MODE == "compiled"
LONGEST_REASON = 120


def fast(function):
    return torch.compile(function) if COMPILED else function


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.c_attn = nn.Linear(width, 3 * width)
        self.c_proj = nn.Linear(width, width)

    def forward(self, x):
        batch, length, width = x.shape
        shape = (batch, length, self.heads, width // self.heads)
        q, k, v = (part.view(shape).transpose(1, 2) for part in self.c_attn(x).split(width, dim=2))
        z = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.c_proj(z.transpose(1, 2).reshape(x.shape))


class Mlp(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.c_fc = nn.Linear(width, 4 * width)
        self.c_proj = nn.Linear(4 * width, width)

    def forward(self, x):
        return self.c_proj(F.gelu(self.c_fc(x), approximate="tanh"))


class Block(nn.Module):
    def __init__(self, width, heads, eps):
        super().__init__()
        self.ln_1 = nn.LayerNorm(width, eps)
        self.attn = Attention(width, heads)
        self.ln_2 = nn.LayerNorm(width, eps)
        self.mlp = Mlp(width)

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class Decoder(nn.Module):
    """Its parameters have icl4j's names."""

    def __init__(self, dims, positions, layers, heads, width, eps):
        super().__init__()
        self.read_in = nn.Linear(dims, width)
        self.wpe = nn.Embedding(positions, width)
        self.h = nn.ModuleList(Block(width, heads, eps) for _ in range(layers))
        self.ln_f = nn.LayerNorm(width, eps)
        self.read_out = nn.Linear(width, 1)

    def forward(self, tokens):
        x = self.read_in(tokens) + self.wpe.weight[: tokens.shape[1]]
        for block in self.h:
            x = block(x)
        return self.read_out(self.ln_f(x))[..., 0]


class DecoderStep:
    """Forward, mean squared error at every second token, autograd, Adam."""

    def __init__(self, tensors, settings):
        self.tokens = tensors.pop("tokens")
        self.labels = tensors.pop("labels")
        self.initial = tensors
        positions, width = tensors["wpe.weight"].shape
        self.model = Decoder(
            self.tokens.shape[2], positions, int(settings["layers"]), int(settings["heads"]), width, float(settings["eps"])
        )
        self.model.load_state_dict(tensors)
        self.loss = fast(lambda tokens, labels: F.mse_loss(self.model(tokens)[:, ::2], labels))
        self.adam = torch.optim.Adam(self.model.parameters(), lr=float(settings["rate"]), fused=True)

    def gradients(self):
        self.adam.zero_grad()
        loss = self.loss(self.tokens, self.labels)
        loss.backward()
        return loss

    def run(self):
        self.gradients()
        self.adam.step()

    def results(self):
        """Loss and norm of the gradients at the first parameters."""
        self.model.load_state_dict(self.initial)
        loss = self.gradients()
        norm = torch.stack([p.grad.norm() for p in self.model.parameters()]).norm()
        return [loss.detach(), norm]


class LinearStep:
    """Linear self-attention on the query's column alone: with r = E·p and u = Eᵀ·r the prediction is u·v/N."""

    def __init__(self, tensors, settings):
        self.p_kept = tensors["attn.pv.weight"][-1].clone()
        self.w_kept = tensors["attn.kq.weight"][:, :-1].clone()
        self.p, self.w = self.p_kept.clone(), self.w_kept.clone()
        self.prompts = tensors["prompts"]
        self.queries, self.targets = tensors["queries"], tensors["targets"]
        self.rate = float(settings["rate"])
        self.gradients = fast(self.by_hand)
        self.step = fast(self.descend)

    @staticmethod
    def by_hand(p, w, prompts, queries, targets):
        """Gradients of (1/2B)·Σ (ŷ − y)² with respect to p and w, of prompts [B, C, T]: compiled, the fastest of a dozen ways.

        Batched products, prompts [B, T, C] and autograd take longer.
        """
        batch, width, length = prompts.shape
        scale = 1 / (length - 1)
        v = F.linear(queries, w)
        values = (prompts * p.view(1, width, 1)).sum(1, keepdim=True)
        u = (prompts * values).sum(2)
        g = (((u * v).sum(1) * scale - targets) * (scale / batch)).unsqueeze(1)
        scores = (prompts * (v * g).unsqueeze(2)).sum(1, keepdim=True)
        return (prompts * scores).sum((0, 2)), (u * g).t() @ queries

    def descend(self, p, w, prompts, queries, targets):
        dp, dw = self.by_hand(p, w, prompts, queries, targets)
        p.sub_(dp, alpha=self.rate)
        w.sub_(dw, alpha=self.rate)

    def run(self):
        with torch.no_grad():
            self.step(self.p, self.w, self.prompts, self.queries, self.targets)

    def results(self):
        """Gradients at the first parameters, with zeros for what the prediction does not depend on."""
        with torch.no_grad():
            dp, dw = self.gradients(self.p_kept, self.w_kept, self.prompts, self.queries, self.targets)
        width = dp.numel()
        all_p, all_w = torch.zeros(width, width), torch.zeros(width, width)
        all_p[-1] = dp
        all_w[:, :-1] = dw
        return [all_p, all_w]


WORKLOADS = {"decoderStep": DecoderStep, "linearSelfAttentionStep": LinearStep}


def read(path):
    """Tensors and metadata of a file of safetensors, all of them f32."""
    with open(path, "rb") as file:
        data = bytearray(file.read())
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        numbers = torch.frombuffer(data, dtype=torch.float32, count=(end - begin) // 4, offset=start + begin)
        tensors[name] = numbers.clone().view(entry["shape"])
    return tensors, metadata


def write(path, results):
    numbers = torch.cat([result.reshape(-1) for result in results])
    torch.from_file(path, shared=True, size=numbers.numel(), dtype=torch.float32).copy_(numbers)


class Worker:
    def __init__(self):
        self.step = None

    def prepare(self, path):
        tensors, metadata = read(path)
        make = WORKLOADS.get(metadata["kernel"])
        if make is None:
            return "none"
        self.step = make(tensors, metadata)
        return "ready"

    def run(self, times):
        for _ in range(int(times)):
            self.step.run()
        return "done"

    def collect(self, path):
        write(path, self.step.results())
        return "done"

    def obey(self, line):
        command, argument = line.rstrip("\n").split(" ", 1)
        try:
            return {"prepare": self.prepare, "run": self.run, "collect": self.collect}[command](argument)
        except Exception as reason:
            text = " ".join(f"{type(reason).__name__}: {reason}".split())
            return "failed " + text[:LONGEST_REASON]


def main():
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # What libraries and compilers print is not an answer.
    torch.set_num_threads(THREADS)
    worker = Worker()
    for line in sys.stdin:
        print(worker.obey(line), file=answers, flush=True)


main()
