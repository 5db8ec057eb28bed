# Shared by ./up and ./check: Debian packages and the virtual environment.
# shellcheck shell=bash

say() { printf '%s\n' "$*" >&2; }

# need_packages NAME...: installs the Debian packages that are missing, without starting or
# enabling a service that came with them.
need_packages() {
    local name missing=()
    for name in "$@"; do
        [ "$(dpkg-query -Wf '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
    done
    [ ${#missing[@]} -eq 0 ] && return
    if [ "$(id -u)" -ne 0 ]; then
        say "hisops: missing Debian packages: ${missing[*]}"
        say "  what to do: as root: apt-get install --no-install-recommends ${missing[*]}"
        exit 10
    fi
    say "installing Debian packages: ${missing[*]}"
    local policy=/usr/sbin/policy-rc.d made='' log failed='' services=()
    log=$(mktemp)
    if [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' >$policy
        chmod 755 $policy
        made=yes
    fi
    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 || failed=yes
    [ -z $made ] || rm -f $policy
    if [ -n "$failed" ]; then
        tail -n 5 "$log" >&2
        say "hisops: apt-get could not install ${missing[*]}"
        say "  what to do: mend the package sources; the whole output is in $log"
        exit 1
    fi
    rm -f "$log"
    for name in "${missing[@]}"; do
        case $name in
            prometheus | prometheus-node-exporter | postgresql) services+=("$name") ;;
            openssh-server) services+=(ssh) ;;
        esac
    done
    if [ -d /run/systemd/system ] && [ ${#services[@]} -gt 0 ]; then
        systemctl disable --quiet "${services[@]}" 2>/dev/null || true
    fi
}

# need_environment LIST: makes .venv hold exactly the pinned packages of LIST, and hisops itself.
need_environment() {
    local list=$1 stamp python=/usr/bin/python3
    stamp=.venv/$(cat "$list" pyproject.toml | sha256sum | cut -c1-16).$list
    [ -e "$stamp" ] && return
    say "installing Python packages of $list"
    rm -f .venv/*."$list"
    # One that was killed while it was made has a python and no pip.
    [ -x .venv/bin/pip ] || $python -m venv --clear .venv
    if ! .venv/bin/pip install -qq --disable-pip-version-check --require-hashes -r "$list" >&2 ||
        ! .venv/bin/pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e . >&2; then
        say "hisops: pip could not install the packages of $list"
        say "  what to do: read the lines above; mend the network or /etc/pip.conf; run it again"
        exit 1
    fi
    touch "$stamp"
}
