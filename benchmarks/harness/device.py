# SPDX-License-Identifier: MIT
"""Where programs run: a GPU with NVIDIA's driver, or the software device in virtual time.

Programs get no variable of SliVER but those of their variant, so what the caller has set does not
slip into a measurement.
"""
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

from harness.service import Service

# Its multiprocessors are few, so that tiny grids have several waves.
SOFTGPU_OPTIONS = "clock=virtual,sms=2,patience_us=5000,quiet"
PROBE = "import ctypes; c = ctypes.CDLL('libcuda.so.1'); raise SystemExit(bool(c.cuInit(0)))"
CLOCK_QUERY = "clocks.sm,clocks.mem,clocks.max.sm,temperature.gpu,power.draw"


class RunError(Exception):
    """A program ended otherwise than with a result."""


def run_text(command, **options):
    """Output of a command, "" if it is not there or fails."""
    try:
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              check=True, text=True, timeout=30, **options).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def query_gpu(fields):
    """What nvidia-smi says of the first GPU: {field: text}, {} without nvidia-smi."""
    line = run_text(["nvidia-smi", f"--query-gpu={fields}", "--format=csv,noheader", "-i", "0"])
    return dict(zip(fields.split(","), (word.strip() for word in line.split(",")))) if line else {}


def cpu_name():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return os.uname().machine


class Device:
    """What both kinds have in common. `library` is preloaded, `programs` is where they were built
    to."""
    name = ""
    is_virtual = False
    build_options = []

    def __init__(self, library, programs, timeout_s):
        self.library, self.programs, self.timeout_s = library, programs, timeout_s
        self.scratch = tempfile.TemporaryDirectory(prefix="sliver-bench-")
        self.service = None

    def machine(self):
        return {"device": self.name, "virtual_time": self.is_virtual, "cpu": cpu_name(),
                "cpus": os.cpu_count(), "kernel": os.uname().release,
                "python": sys.version.split()[0]}

    def device_env(self):
        return {}

    def preloads(self):
        return []

    def build(self, source, names):
        """By build.sh, which leaves alone what is up to date."""
        script = os.path.join(source, "build.sh")
        done = subprocess.run([script, *self.build_options, "-o", self.programs, *names],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              check=False)
        if done.returncode:
            raise RunError(f"the programs could not be built\n{done.stdout}")

    def environment(self, variant):
        env = {k: v for k, v in os.environ.items()
               if not k.startswith("SLIVER_") and k != "LD_PRELOAD"}
        env.update(self.device_env())
        preloads = self.preloads()
        if variant.env is not None:
            env.update({"SLIVER_CACHE": os.path.join(self.scratch.name, "cache"), **variant.env})
            preloads = [*preloads, self.library]
        env["LD_PRELOAD"] = " ".join(preloads)
        if variant.service:
            env.update(self.service.env)
        return env

    def command(self, command):
        return [os.path.join(self.programs, command[0]), *command[1:]]

    @staticmethod
    def far_apart(n):
        """So many CPUs, or all that there are; not the first one, which has the interrupts."""
        cpus = sorted(os.sched_getaffinity(0))
        n = min(n, len(cpus))
        return {cpus[(k + 1) * len(cpus) // n - 1] for k in range(n)}

    def run(self, variant):
        """The JSON lines of each process, and the seconds that it took."""
        env = self.environment(variant)
        cpus = self.far_apart(variant.cpus) if variant.cpus else os.sched_getaffinity(0)
        began = time.monotonic()
        with contextlib.ExitStack() as running:
            processes = [running.enter_context(subprocess.Popen(
                self.command(command), env=env, text=True, cwd=self.programs,
                preexec_fn=lambda: os.sched_setaffinity(0, cpus), stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE))
                for command in variant.commands]
            running.callback(lambda: [process.kill() for process in processes])
            outputs = [self.output_of(process, command, began)
                       for process, command in zip(processes, variant.commands)]
        return outputs, time.monotonic() - began

    def output_of(self, process, command, began):
        said = " ".join(command)
        try:
            out, err = process.communicate(
                timeout=max(1.0, began + self.timeout_s - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise RunError(f"{said}: not done after {self.timeout_s:g} s") from None
        if process.returncode:
            raise RunError(f"{said}: status {process.returncode}: {err.strip()[-500:]}")
        try:
            lines = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
        except ValueError as error:
            raise RunError(f"{said}: output is no JSON: {error}") from None
        if not lines:
            raise RunError(f"{said}: no result")
        return lines

    def finish(self):
        if self.service:
            self.service.stop()
        self.scratch.cleanup()


class Gpu(Device):
    def __init__(self, library, programs, timeout_s):
        super().__init__(library, programs, timeout_s)
        self.facts = query_gpu("name,driver_version,compute_cap,memory.total")
        self.name = self.facts.get("name", "GPU")
        if "compute_cap" in self.facts:
            self.build_options = ["-a", "sm_" + self.facts["compute_cap"].replace(".", "")]

    @staticmethod
    def is_there():
        return subprocess.run([sys.executable, "-c", PROBE], stderr=subprocess.DEVNULL,
                              check=False).returncode == 0

    def machine(self):
        nvcc = run_text([shutil.which("nvcc") or "/usr/local/cuda/bin/nvcc", "--version"])
        return {**super().machine(), **{"gpu." + k: v for k, v in self.facts.items()},
                "nvcc": nvcc.splitlines()[-1] if nvcc else "",
                "clocks": query_gpu(CLOCK_QUERY)}

    def start_service(self):
        """The multi-process service, for variants that want it. Returns why not, or ""."""
        self.service = Service(self.scratch.name)
        return self.service.start()


class SoftwareDevice(Device):
    name = "software device"
    is_virtual = True
    build_options = ["-s"]

    def __init__(self, library, programs, timeout_s, folder, options):
        super().__init__(library, programs, timeout_s)
        self.folder, self.options = folder, options or SOFTGPU_OPTIONS

    def machine(self):
        return {**super().machine(), "softgpu": self.options}

    def device_env(self):
        return {"LD_LIBRARY_PATH": self.folder, "SLIVER_SOFTGPU": self.options}

    def preloads(self):
        return [os.path.join(self.folder, "libsoftgpu_time.so")]

    def start_service(self):
        return "the software device has none"
