# SPDX-License-Identifier: MIT
#
# prepare.sh - what tools/demo and tools/check both need: the packages to build with, and CUDA.
# To be sourced by bash in the root of the sources. Says what it installs; installs nothing that is
# there.

say() {
    printf '\n== %s\n' "$*"
}

have() {
    command -v "$1" >/dev/null 2>&1
}

# as_root COMMAND...: 1 if we may not.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif have sudo && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
        sudo "$@"
    else
        return 1
    fi
}

apt_lists_are_fresh=

# install_packages PACKAGE...
install_packages() {
    have apt-get || return 1
    if [ -z "$apt_lists_are_fresh" ]; then
        as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update </dev/null || return 1
        apt_lists_are_fresh=1
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
        -o DPkg::Lock::Timeout=300 "$@" </dev/null >/dev/null
}

has_header() {
    printf '#include <%s>\n' "$1" | cc -E -x c - >/dev/null 2>&1
}

# need PACKAGE CONDITION...: remembers the package if the condition does not hold.
missing=()
need() {
    local package=$1
    shift
    "$@" >/dev/null 2>&1 || missing+=("$package")
}

# What every build needs, and what the caller noted with `need`; or it ends here.
install_missing() {
    need gcc have cc
    need libc6-dev has_header stdio.h
    need pkg-config have pkg-config
    need ninja-build have ninja
    need python3 have python3
    need python3-pip python3 -m pip --version
    need python3-venv python3 -c 'import venv, ensurepip'
    need meson have meson
    need liblz4-dev pkg-config --exists liblz4
    need libzstd-dev pkg-config --exists libzstd
    need libcmocka-dev pkg-config --exists cmocka
    need uthash-dev has_header uthash.h
    [ "${#missing[@]}" -eq 0 ] && return
    say "installing with apt: ${missing[*]}"
    install_packages "${missing[@]}" && missing=() && return
    echo "could not install them; please install by hand: ${missing[*]}" >&2
    exit 1
}

# What the caller noted with `need` since, one by one: it can do without.
install_optional() {
    local package
    for package in "${missing[@]}"; do
        say "installing with apt: $package"
        install_packages "$package" || echo "could not install $package; doing without"
    done
    missing=()
}

# Distributions of 2022 have a meson that is too old for us: then take one from PyPI, apart.
use_recent_meson() {
    if ! printf '1.0\n%s\n' "$(meson --version)" | sort -V -C; then
        say "meson $(meson --version) is older than 1.0: installing one into build-python/"
        [ -x build-python/bin/meson ] || {
            python3 -m venv build-python &&
                build-python/bin/pip install --quiet 'meson>=1.0,<2'
        } || exit 1
        PATH=$PWD/build-python/bin:$PATH
    fi
}

# Sets CUDA_PATH to a toolkit with cuda.h and nvcc, and puts its nvcc on PATH. Fetches one if the
# machine has none.
use_cuda() {
    local nvcc
    nvcc=$(command -v nvcc || ls "${CUDA_PATH:-/usr/local/cuda}/bin/nvcc" 2>/dev/null)
    if [ -n "$nvcc" ]; then
        CUDA_PATH=$(dirname "$(dirname "$(readlink -f "$nvcc")")")
    fi
    if [ -z "$nvcc" ] || ! [ -e "$CUDA_PATH/include/cuda.h" ]; then
        say "no CUDA toolkit found: fetching its compiler and headers into build-cuda/"
        CUDA_PATH=$(tools/cuda-headers --compiler 13 build-cuda) || {
            echo "could not fetch CUDA; set CUDA_PATH to a toolkit" >&2
            exit 1
        }
    fi
    export CUDA_PATH
    PATH=$CUDA_PATH/bin:$PATH
}
