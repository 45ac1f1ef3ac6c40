# SPDX-License-Identifier: MIT
"""What experiments may ask while they plan: the device, how large to make the work, the policies of
this SliVER. And what the runner remembers between runs."""
import statistics
import subprocess
import time

from harness.device import RunError
from harness.model import Variant

SAVE_EVERY_S = 10


def read_policies(sliver):
    """The accepted words of SLIVER_POLICY, as the command explains them."""
    done = subprocess.run([sliver, "help", "env"], stdout=subprocess.PIPE, text=True, check=False)
    _, _, rest = done.stdout.partition("\nSLIVER_POLICY=")
    accepted = rest.partition("Accepted: ")[2].partition(".\n")[0]
    if done.returncode or not accepted:
        raise RunError(f"{sliver} help env does not name the policies")
    return accepted.split("|")


class Session:
    def __init__(self, device, options, record, save, began):
        self.device, self.options, self.record = device, options, record
        self.sliver, self.began = options.sliver, began
        self.policies = read_policies(options.sliver)
        self.has_service = False
        self.warm = set()  # what the runner has warmed up
        self.probed = {}
        self.seconds, self.mean_seconds = {}, {}
        self.save_record, self.saved_at = save, time.monotonic()
        for run in record.runs:
            self.note_seconds(run["experiment"], run["variant"], run["wall_s"])

    @property
    def size(self):
        """How large to make the work: full, quick, or tiny on the software device."""
        if self.device.is_virtual:
            return "tiny"
        return "quick" if self.options.quick else "full"

    @property
    def clock(self):
        """Options of programs that can tell the device's time from the host's."""
        return ("--clock", "device") if self.device.is_virtual else ()

    @property
    def multiprocessors(self):
        shape = self.probe(("pair", "--sgemm", "small", "--mriq", "small", "--repeats", "1",
                            "--warmup", "0"))
        return shape["multiprocessors"]

    def probe(self, command):
        """The result of one native run, for what it tells about shapes."""
        if command not in self.probed:
            outputs, _ = self.device.run(Variant("probe", (command,)))
            self.probed[command] = outputs[0][-1]
        return self.probed[command]

    def note_seconds(self, experiment, variant, wall_s):
        self.seconds[experiment, variant] = wall_s
        self.mean_seconds[experiment] = statistics.fmean(
            s for (name, _), s in self.seconds.items() if name == experiment)

    def save(self):
        """Now and then, so that a call that is cut off loses little."""
        if time.monotonic() - self.saved_at > SAVE_EVERY_S:
            self.save_record()
            self.saved_at = time.monotonic()
