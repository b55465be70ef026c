#!/bin/bash
# Init of a sandbox made by unshare(1): builds the file system that descriptor 3 describes, moves into it, runs the command as its
# child and ends with that child's exit code. NUL-separated fields come in threes (kind, source, target) up to `run`; then NAME=VALUE.
# Arguments: bytes of /tmp, user id, group id, working directory, command...
set -eu

bytes=$1 user=$2 group=$3 directory=$4
shift 4

# Covered only in this mount namespace; no place that a source may lie below.
root=${0%/*}/root
mount -t tmpfs -o mode=0755 tmpfs "$root"
mkdir -p "$root"/{proc,dev,tmp,old}

# Binds a tree and makes every mount in it read-only, keeping its other flags: a user namespace may not drop those.
bind_read_only() {
  mount --rbind "$1" "$2"
  local point options
  while read -r _ _ _ _ point options _; do
    printf -v point %b "$point"
    if [[ $point == "$2" || $point == "$2"/* ]]; then mount -o "remount,bind,${options/#rw/ro}" "$point"; fi
  done < /proc/self/mountinfo
}

environment=()
while IFS= read -r -d '' kind <&3 && [[ $kind != run ]]; do
  IFS= read -r -d '' source <&3
  IFS= read -r -d '' target <&3
  case $kind in
    link) ln -s "$source" "$root$target" ;;
    dir) mkdir -p "$root$target" ;;
    empty) mount -t tmpfs -o mode=0755 tmpfs "$root$target" ;;
    seal) mount -o remount,bind,ro "$root$target" ;;
    bind)
      if [[ -d $source ]]; then
        mkdir -p "$root$target"
      else
        mkdir -p "$root${target%/*}"
        : > "$root$target"
      fi
      bind_read_only "$source" "$root$target"
      ;;
    *) echo "unshare-init: unknown step $kind" >&2; exit 1 ;;
  esac
done
while IFS= read -r -d '' variable <&3; do environment+=("$variable"); done
exec 3<&- 4>&-

for device in null zero full random urandom tty; do
  : > "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
ln -s /proc/self/fd "$root/dev/fd"
for number in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${number%%:*}" "$root/dev/${number##*:}"; done

mount -t proc proc "$root/proc"
mount -t tmpfs -o "size=$bytes,mode=0755" tmpfs "$root/tmp"

# A change of root, not a chroot: it leaves no way back, and within a chroot no further user namespace may be made.
cd "$root"
pivot_root . old
PATH=/usr/bin:/usr/sbin:/bin:/sbin
umount -l /old
rmdir /old
mount -o remount,bind,ro /
cd "$directory"

# Up to here what goes wrong is for the one who starts the sandbox; what follows is the function's own output.
exec 1>&5 2>&5 5>&-

# The command is a child: as init it would ignore signals, and the orphans it does not wait for would stay.
set +e
unshare -U --map-user="$user" --map-group="$group" setpriv --no-new-privs env -i "${environment[@]}" setsid -w "$@"
exit $?
