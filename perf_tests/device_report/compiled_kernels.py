#!/usr/bin/env python3
"""Whether nvcc makes of every kernel what it made before: no spilt registers, no arguments beyond 512 bytes (Kokkos
would launch such a kernel through constant memory, and wait for that), and no more registers nor fewer resident threads
than the committed table says.

    compiled_kernels.py --kokkos DIR [--write]

DIR is where a Kokkos with CUDA was installed, or configured for a build; it need not be built, for kernels.cu is
compiled no further than to machine code. Exits with 1 if a kernel became worse, and with 77 if there is no nvcc or no
Kokkos. --write writes the table anew. Its numbers are those of the releases of nvcc and Kokkos that it names: of others
they are not compared.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TABLE = HERE / "compiled_kernels.txt"
SKIPPED = 77
MOST_ARGUMENTS = 512   # bytes; of more Kokkos makes a copy
RESERVED = 352         # bytes of constant memory before a kernel's arguments, sm_86
TEAM_FRAME = 16        # bytes of stack that Kokkos' team kernels have with registers to spare
RANGE_THREADS = 256    # a block of a range kernel; row kernels have 8 warps, chunk kernels one
WIDTH = 192            # of a group at D = 384, which scratch depends on

# What a processor of a GPU has.
PROCESSORS = {
    "sm_80": {"registers": 65536, "threads": 2048, "blocks": 32, "shared": 164 * 1024},
    "sm_86": {"registers": 65536, "threads": 1536, "blocks": 16, "shared": 100 * 1024},
    "sm_90": {"registers": 65536, "threads": 2048, "blocks": 32, "shared": 228 * 1024},
}
CHECKED = ("sm_86", "sm_90")
COMPARED = ("registers", "stack", "arguments", "occupancy")

# gemm is the library's, and no kernel of ours.
WITHOUT_BLAS = "namespace KokkosBlas { template <class... A> void gemm(const A&...) {} }\n"


def skip(why):
    print(f"compiled_kernels: SKIPPED, nothing was checked: {why}")
    sys.exit(SKIPPED)


def include_folders(kokkos):
    """Of an installation, or of a build folder and its source."""
    cache = kokkos / "CMakeCache.txt"
    if not cache.is_file():
        return [kokkos / "include"]
    source = Path(re.search(r"^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$", cache.read_text(), re.M)[1])
    return [kokkos, kokkos / "core/src"] + [source / path for path in
                                            ("core/src", "tpls/desul/include", "tpls/mdspan/include")]


def version_of(kokkos):
    for folder in include_folders(kokkos):
        configuration = folder / "KokkosCore_config.h"
        if configuration.is_file():
            return int(re.search(r"^#define KOKKOS_VERSION (\d+)", configuration.read_text(), re.M)[1])
    sys.exit(f"compiled_kernels: {kokkos}: holds no Kokkos; give the folder where one with CUDA was installed")


def release_of(nvcc):
    return re.search(r"release ([\d.]+)", subprocess.run([nvcc, "--version"], capture_output=True, text=True).stdout)[1]


def compile_for(nvcc, kokkos, architecture):
    """What ptxas says."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "KokkosBlas3_gemm.hpp").write_text(WITHOUT_BLAS)
        folders = [folder, HERE.parents[1] / "include", *include_folders(kokkos)]
        command = [nvcc, "-std=c++20" if version_of(kokkos) >= 50000 else "-std=c++17", "-O3", "-DNDEBUG",
                   "--extended-lambda", "--expt-relaxed-constexpr", "-cubin", f"-arch={architecture}",
                   "-Xptxas", "-v", "-o", str(Path(folder, "kernels.cubin")),
                   *(f"-I{path}" for path in folders), str(HERE / "kernels.cu")]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"compiled_kernels: kernels.cu does not compile for {architecture}:\n{done.stderr}")
    return done.stdout + done.stderr


ENTRY = re.compile(r"Compiling entry function '(\w+)' for '\w+'\n"
                   r".*\n\s*(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads\n"
                   r".*Used (\d+) registers(.*)")


def scratch_of_a_warp(kernel):
    if kernel in ("GsOp", "RmsNormBackward"):
        return 4 * WIDTH + 64
    if kernel in ("PartSums", "NetsOfTeam"):
        return 16 * 32
    return 64 * WIDTH + 64 if kernel == "WarpWeightGradient" else 0


def occupancy(kernel, use, architecture):
    """The percentage of a processor's threads that can be resident."""
    has = PROCESSORS[architecture]
    threads = 32 if use["team"] == "chunk" else RANGE_THREADS
    warps = threads // 32
    a_warp = -(-use["registers"] * 32 // 256) * 256
    blocks = min(has["blocks"], has["threads"] // threads, has["registers"] // (a_warp * warps))
    shared = use["shared"] + scratch_of_a_warp(kernel) * warps
    if shared:
        blocks = min(blocks, has["shared"] // (shared + 1024))
    return 100 * blocks * threads // has["threads"]


def resources(nvcc, kokkos, architecture):
    """Of each function or functor of ours, by its name: the worst of its kernels."""
    entries = ENTRY.findall(compile_for(nvcc, kokkos, architecture))
    names = subprocess.run(["c++filt"], input="\n".join(entry[0] for entry in entries), capture_output=True,
                           text=True).stdout.splitlines()
    found = {}
    for (_, stack, stores, loads, registers, rest), name in zip(entries, names):
        ours = [one for one in re.findall(r"gsrgnn::(\w+)", name) if one not in ("RowTeam", "ChunkTeam")]
        if not ours:
            continue  # Kokkos' own fills
        kernel = ours[0]
        chunk = "gsrgnn::ChunkTeam<" in name or kernel == "WarpWeightGradient"
        bytes_of = lambda what: int((re.search(rf"(\d+) bytes {re.escape(what)}", rest) or [0, 0])[1])
        # Arguments are the same everywhere, and told for sm_86 only.
        now = {"registers": int(registers), "stack": int(stack), "spilt": int(stores) + int(loads),
               "shared": bytes_of("smem"), "arguments": max(bytes_of("cmem[0]") - RESERVED, 0),
               "copied": int("launch_local_memory" not in name)}
        worst = found.setdefault(kernel, {"team": "chunk" if chunk else "other", "kernels": 0, **now})
        worst["kernels"] += 1
        for key, value in now.items():
            worst[key] = max(worst[key], value)
    for kernel, use in found.items():
        use["occupancy"] = occupancy(kernel, use, architecture)
    return found


def wrong_with(use):
    """What no kernel may do, whatever compiles it."""
    if use["spilt"] or use["stack"] > TEAM_FRAME:
        yield f"spills registers or keeps values in local memory ({use['stack']} bytes of stack, {use['spilt']} spilt)"
    if use["copied"]:
        yield (f"is launched through constant memory, for its arguments are more than {MOST_ARGUMENTS} bytes: let it "
               "hold fewer Views")


def write_table(made_by, found):
    lines = [f"# Made by compiled_kernels.py --write with {made_by}. Of each kernel the worst of its instances,",
             "# in tiles of 64 columns; arguments: bytes, told for sm_86 only; occupancy: the percentage of a processor's",
             "# threads that can be resident.",
             "# " + f"{'architecture':13} {'kernel':34} registers stack arguments occupancy"]
    for architecture in CHECKED:
        for kernel, use in sorted(found[architecture].items()):
            numbers = (f"{use[key]:{len(key)}}" for key in COMPARED)
            lines.append(f"{architecture:15} {kernel:34} " + " ".join(numbers))
    TABLE.write_text("\n".join(lines) + "\n")


def read_table():
    text = TABLE.read_text()
    rows = [line.split() for line in text.splitlines() if not line.startswith("#")]
    return re.search(r"with (nvcc [\d.]+, Kokkos \d+)", text)[1], {
        (row[0], row[1]): dict(zip(COMPARED, map(int, row[2:]))) for row in rows}


def worse(use, before):
    for key in COMPARED:
        if (use[key] < before[key]) if key == "occupancy" else (use[key] > before[key]):
            yield f"{key} {before[key]} before, {use[key]} now"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kokkos", default="", help="a Kokkos with CUDA, installed or configured")
    parser.add_argument("--nvcc", default="nvcc")
    parser.add_argument("--write", action="store_true", help="write the table anew")
    options = parser.parse_args()
    nvcc = shutil.which(options.nvcc)
    if nvcc is None:
        skip("nvcc is not on the PATH")
    if not options.kokkos:
        skip("no Kokkos with CUDA is known (--kokkos; for the test, cmake -DGSRGNN_CUDA_KOKKOS=DIR)")
    kokkos = Path(options.kokkos)
    if not kokkos.is_dir():
        sys.exit(f"compiled_kernels: {kokkos}: no such folder; give the one where a Kokkos with CUDA was installed")

    made_by = f"nvcc {release_of(nvcc)}, Kokkos {version_of(kokkos)}"
    found = {architecture: resources(nvcc, kokkos, architecture) for architecture in CHECKED}
    if not all(found.values()):
        sys.exit("compiled_kernels: nothing that ptxas said could be read")
    complaints = [f"{architecture} {kernel}: {wrong}" for architecture in CHECKED
                  for kernel, use in found[architecture].items() for wrong in wrong_with(use)]
    if options.write:
        write_table(made_by, found)
    table_made_by, table = read_table()
    if {kernel for _, kernel in table} != set(found[CHECKED[0]]):
        complaints.append(f"{TABLE.name} lists other kernels than kernels.cu makes; run compiled_kernels.py --write")
    elif made_by == table_made_by:
        complaints += [f"{architecture} {kernel}: {what}" for (architecture, kernel), before in table.items()
                       for what in worse(found[architecture][kernel], before)]
    else:
        print(f"compiled_kernels: {made_by} is not what made the table ({table_made_by}): its numbers are not compared")
    for complaint in complaints:
        print(f"compiled_kernels: {complaint}", file=sys.stderr)
    count = sum(use["kernels"] for use in found[CHECKED[0]].values())
    print(f"{count} kernels of {len(found[CHECKED[0]])} functions, compiled by {made_by} for "
          f"{' and '.join(CHECKED)}: {len(complaints)} complaints")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
