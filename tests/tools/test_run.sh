#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test_run.sh SLIVER PROBE PREFIX BINDIR LIBDIR - options, the search for the library, what is preloaded, and
# programs that cannot be started or reached. The command runs from copies of both tree layouts.
. "$(dirname "$0")/expect.sh"
sliver=$1 probe=$2 prefix=$3 bindir=$4 libdir=$5
unset LD_PRELOAD LD_LIBRARY_PATH SLIVER_SOFTGPU
export LC_ALL=C

mkdir -p "$folder/tree/tools" "$folder/tree/shim" "$folder/alone" "$folder/bla nk/tools" \
    "$folder/bla nk/shim"
cp "$sliver" "$folder/tree/tools/sliver"
cp "$probe" "$folder/tree/shim/libsliver_hook.so"
cp "$sliver" "$folder/alone/sliver"
cp "$sliver" "$folder/bla nk/tools/sliver"
cp "$probe" "$folder/bla nk/shim/libsliver_hook.so"
hook=$(realpath "$folder/tree/shim/libsliver_hook.so")
in_tree=$folder/tree/tools/sliver

# The library is found, loaded, and comes before what was preloaded already.
run "$in_tree" run env
expect_status 0
expect_line "LD_PRELOAD=$hook"
expect_message "probe loaded"
run env LD_PRELOAD="$probe" "$in_tree" run env
expect_line "LD_PRELOAD=$hook:$probe"

# An installed tree may lie anywhere.
case $bindir$libdir in
/*) ;;
*)
    mkdir -p "$folder/moved/$bindir" "$folder/moved/$libdir"
    cp "$sliver" "$folder/moved/$bindir/sliver"
    cp "$probe" "$folder/moved/$libdir/libsliver_hook.so"
    run "$folder/moved/$bindir/sliver" run env
    expect_line "LD_PRELOAD=$(realpath "$folder/moved/$libdir/libsliver_hook.so")"
    ;;
esac

# No library, or one whose path LD_PRELOAD cannot carry.
if [ ! -e "$prefix/$libdir/libsliver_hook.so" ]; then
    run "$folder/alone/sliver" run true
    expect_status 125
    expect_message "libsliver_hook.so is neither in"
fi
run "$folder/bla nk/tools/sliver" run true
expect_status 125
expect_message "a path with a blank or colon cannot be preloaded"

# The software device is taken when asked for, and has to be there.
run "$in_tree" run --softgpu env
expect_status 125
expect_message "the software device is not installed"
mkdir "$folder/tree/tools/softgpu"
cp "$probe" "$folder/tree/tools/softgpu/libcuda.so.1"
softgpu=$(realpath "$folder/tree/tools/softgpu")
run "$in_tree" run --softgpu env
expect_status 0
expect_line "LD_LIBRARY_PATH=$softgpu"
expect_line "SLIVER_SOFTGPU="
run env LD_LIBRARY_PATH=/other "$in_tree" run --softgpu=sms=2,clock=virtual env
expect_line "LD_LIBRARY_PATH=$softgpu:/other"
expect_line "SLIVER_SOFTGPU=sms=2,clock=virtual"
run env LD_LIBRARY_PATH="$folder/no-driver" "$in_tree" run env
if grep -q 'using the software device' "$folder/err"; then
    expect_line "LD_LIBRARY_PATH=$softgpu:$folder/no-driver"
else # there is a driver
    expect_line "LD_LIBRARY_PATH=$folder/no-driver"
fi
rm -r "$folder/tree/tools/softgpu"

# Options become variables; the program's own options stay its own.
run "$in_tree" run --slice '*gemm*=8x33; off' --policy=fcfs --stats --trace t.json \
    --quantum 1ms --cache-size 1GiB --log warn:/dev/null --disable -- env
expect_status 0
expect_line 'SLIVER_SLICE=*gemm*=8x33; off'
expect_line 'SLIVER_POLICY=fcfs'
expect_line 'SLIVER_STATS=1'
expect_line 'SLIVER_TRACE=t.json'
expect_line 'SLIVER_QUANTUM=1ms'
expect_line 'SLIVER_CACHE_SIZE=1GiB'
expect_line 'SLIVER_LOG=warn:/dev/null'
expect_line 'SLIVER_DISABLE=1'
run "$in_tree" run --stats=s.json env
expect_line 'SLIVER_STATS=s.json'
run "$in_tree" run echo --policy nonsense
expect_status 0
expect_line "--policy nonsense"

# What is wrong is named, with what is accepted, and nothing is started.
run "$in_tree" run --policy lottery echo started
expect_status 125
expect_message "'lottery' is not understood; accepted: rr|fcfs"
run "$in_tree" run --quantum 5 echo started
expect_status 125
run "$in_tree" run --slice '*gemm*=8x33; ComputeQ*=many' echo started
expect_status 125
expect_message "ComputeQ*=many' is not understood"
run "$in_tree" run --nonsense echo started
expect_status 125
expect_message "sliver run: unrecognized option '--nonsense'"
run "$in_tree" run
expect_status 125
expect_message "no program named"

# The program's own status, and the statuses of programs that cannot be started.
run "$in_tree" run sh -c 'exit 7'
expect_status 7
run "$in_tree" run no-such-program-anywhere
expect_status 127
run "$in_tree" run ./no/such/program
expect_status 127
run "$in_tree" run ''
expect_status 127
echo text >"$folder/plain"
run "$in_tree" run "$folder/plain"
expect_status 126
run "$in_tree" run "$folder"
expect_status 126
mkdir "$folder/first" "$folder/second"
echo text >"$folder/first/prog"
printf '#!/bin/sh\necho second\n' >"$folder/second/prog"
chmod +x "$folder/second/prog"
run env PATH="$folder/first:$folder/second:$PATH" "$in_tree" run prog
expect_status 0
expect_line second
run env PATH="$folder/first" "$in_tree" run prog
expect_status 126
echo 'echo no interpreter line' >"$folder/script"
chmod +x "$folder/script"
run "$in_tree" run "$folder/script"
expect_line "no interpreter line"

# Programs that a preload does not reach run all the same, and it is said why.
cc=${CC:-cc}
if echo 'int main(void) { return 3; }' | $cc -static -x c - -o "$folder/static" 2>/dev/null; then
    run "$in_tree" run "$folder/static"
    expect_status 3
    expect_message "it is statically linked"
fi
if [ "$(id -u)" -eq 0 ]; then
    cp /bin/true "$folder/setuid"
    chown 12345 "$folder/setuid"
    chmod u+s "$folder/setuid"
    run "$in_tree" run "$folder/setuid"
    expect_status 0
    expect_message "set-user-ID"
fi
# A damaged ELF file is for execve to refuse.
printf '\177ELF\002\001\001' >"$folder/damaged"
chmod +x "$folder/damaged"
run "$in_tree" run "$folder/damaged"
[ "$status" -ne 0 ] || fail "a damaged program started"
finish
