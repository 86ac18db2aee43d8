# Prints what programs say of containers, connections, queues and processes, some set up well and some badly
# (tests/planted/pasted.py names the rules). All of it is made in namespaces of its own and gone at the end.
set -e
[ -n "$PASTE_INSIDE" ] || exec env PASTE_INSIDE=1 unshare --net --mount sh -e "$0"
own=$(dirname "$0")
here=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; [ -z "$disk" ] || losetup --detach "$disk"; rm -rf "$here"' EXIT

# Two machines with a cable between them, each way 5 ms long where the kernel can do that.
ip link set lo up
ip link add near type veth peer name far
ip addr add 10.9.9.1/24 dev near
ip link set near up
unshare --net sleep 120 &
there=$!
until [ "$(readlink /proc/$there/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.1; done
ip link set far netns $there
nsenter -t $there -n ip addr add 10.9.9.2/24 dev far
nsenter -t $there -n ip link set far up
nsenter -t $there -n tc qdisc add dev far root netem delay 10ms || true
tc qdisc add dev near root tbf rate 800mbit burst 64k latency 50ms
nsenter -t $there -n python3 "$own/sockets.py" read 10.9.9.2 >/dev/null &
sleep 3
python3 "$own/sockets.py" write 10.9.9.2 >/dev/null &
sleep 8
echo '$ ss -tni'
ss -tni
echo '$ tc -s qdisc'
tc -s qdisc

truncate -s 64M "$here/image"
disk=$(losetup --find --show --partscan "$here/image")
echo 'start=2048' | sfdisk -q "$disk" >&2
partx -u "$disk" >&2 || true
mkdir "$here/empty"
engine="podman --root $here/p --runroot $here/r --storage-driver vfs --runtime ${RUNTIME:-crun}"
made="$engine create --quiet --network none"
$made --name whole --device-write-bps "$disk:1mb" --rootfs "$here/empty" true >&2
$made --name part --device-write-bps "${disk}p1:1mb" --rootfs "$here/empty" true >&2
names="whole part"
if [ -e /dev/vfio/vfio ]; then
  $made --name tight --device /dev/vfio/vfio --ulimit memlock=65536:65536 --rootfs "$here/empty" true >&2
  $made --name wide --device /dev/vfio/vfio --ulimit memlock=-1:-1 --rootfs "$here/empty" true >&2
  names="$names tight wide"
fi
echo "$ podman inspect $names"
$engine inspect $names

hold='import time; pages = bytearray(100 << 20); time.sleep(60)'
last=$(grep -o '[0-9]*$' /sys/devices/system/node/has_memory)
numactl --interleave=all python3 -c "$hold" & spread=$!
numactl --membind=$last python3 -c "$hold" & near=$!
sleep 6
echo "$ numastat -p $spread"
numastat -p $spread
echo "$ numastat -p $near"
numastat -p $near
