#!/usr/bin/env bash
# Measures compression over a link of known rate: two network namespaces of our own with a token
# bucket between them. Needs root, ip and tc, and a built tree.
#
#   bench/link.sh RATE [MEBIBYTES [ROUNDS]]      RATE as tc says it: 100mbit, 1gbit …; "none" for no limit
set -euo pipefail
rate=${1:?usage: bench/link.sh RATE [MEBIBYTES [ROUNDS]]}
shift
here=$(cd "$(dirname "$0")/.." && pwd)
classpath=${CLASSPATH:-$here/bench/target/classes:$here/cli/target/run/*}
java=${JAVA:-java}
a=myl$$a b=myl$$b
options='--enable-native-access=ALL-UNNAMED -Xmx512m -XX:MaxDirectMemorySize=8g'
main=dev.myelin.bench.compress.CompressedLink
cleanup() {
  [ -n "${receiver:-}" ] && kill "$receiver" 2>/dev/null || true
  ip netns del "$a" 2>/dev/null || true
  ip netns del "$b" 2>/dev/null || true
}
trap cleanup EXIT
ip netns add "$a"
ip netns add "$b"
ip link add "v$a" netns "$a" type veth peer name "v$b" netns "$b"
ip -n "$a" addr add 10.77.0.1/24 dev "v$a"
ip -n "$b" addr add 10.77.0.2/24 dev "v$b"
for n in "$a" "$b"; do
  ip -n "$n" link set lo up
  ip -n "$n" link set "v$n" up
done
[ "$rate" = none ] || tc -n "$a" qdisc add dev "v$a" root tbf rate "$rate" burst 512k latency 50ms
ip netns exec "$b" "$java" $options -cp "$classpath" $main receive 10.77.0.2:9900 &
receiver=$!
echo "link $rate"
ip netns exec "$a" "$java" $options -cp "$classpath" $main send 10.77.0.2:9900 "$@"
