# `nodedev.sh ROOT`: print how libvirt describes every PCI function of this machine; its daemon and `virsh` are unpacked
# below ROOT, and the daemon runs in a mount namespace of its own.
[ -n "$NODEDEV_INSIDE" ] || exec env NODEDEV_INSIDE=1 unshare --mount sh "$0" "$@"
root=$1
mkdir -p /run/libvirt
mount -t tmpfs own /run/libvirt
mount -t tmpfs own /var/lib
export LIBVIRT_DRIVER_DIR="$(echo "$root"/usr/lib/*/libvirt/connection-driver)"
printf 'auth_unix_rw="none"\nauth_unix_ro="none"\nlisten_tls=0\nunix_sock_dir="/run/libvirt"\n' >/run/libvirt/conf
"$root/usr/sbin/libvirtd" -f /run/libvirt/conf >/run/libvirt/log 2>&1 &
daemon=$!
virsh="$root/usr/bin/virsh -q -c nodedev:///system"
for try in $(seq 120); do
  $virsh nodedev-list --cap pci >/run/libvirt/list 2>/run/libvirt/said && [ -s /run/libvirt/list ] && break
  sleep 1
done
for device in $(cat /run/libvirt/list); do $virsh nodedev-dumpxml "$device"; done
cat /run/libvirt/said /run/libvirt/log >&2
kill $daemon
