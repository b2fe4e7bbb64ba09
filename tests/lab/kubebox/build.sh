#!/bin/sh
# Builds kubebox: build.sh OUTPUT [TAGS]. Seven minutes the first time, ten seconds from then on: Go keeps what it compiled.
# The tag node adds the kubelet.
# Exits 3 when there is no Go that can build it, or its modules cannot be had.
set -eu

out=$1
cd "$(dirname "$0")"
missing() {
  echo "kubebox: $1" >&2
  exit 3
}

wanted=$(sed -n 's/^go //p' go.mod)
command -v go >/dev/null || missing "no go on the PATH; needs Go $wanted or later"
have=$(go env GOVERSION | sed 's/^go//')
[ "$(printf '%s\n' "$wanted" "$have" | sort -V | head -n 1)" = "$wanted" ] || missing "go is $have; needs $wanted or later"
go mod download >/dev/null || missing "the Go modules of Kubernetes cannot be had"

# Without its version in it the server calls itself v0.0.0-master+$Format:%H$, which clients refuse to read.
version=$(go list -m -f '{{.Version}}' k8s.io/kubernetes)
minor=${version#v1.}
minor=${minor%%.*}
package=k8s.io/component-base/version
CGO_ENABLED=0 exec nice go build -trimpath -mod=readonly -tags "${2:-}" -o "$out" -ldflags "-s -w \
  -X $package.gitVersion=$version -X $package.gitMajor=1 -X $package.gitMinor=$minor \
  -X $package.gitTreeState=archive -X $package.gitCommit=$version -X $package.buildDate=1970-01-01T00:00:00Z" .
