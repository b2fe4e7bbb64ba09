#!/usr/bin/env bash
# Makes the logs of made/ anew: make.sh FOLDER, where FOLDER/8, 11, 17, 21, 25 are Java homes; those that are missing
# are left out. made.tsv gets what each JVM counted itself.
set -euo pipefail
homes=$(realpath "$1")
cd "$(dirname "${BASH_SOURCE[0]}")"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
javac --release 8 -nowarn -d "$scratch" Churn.java 2>/dev/null
mkdir -p made

# make NAME JDK "OPTIONS" "ARGUMENTS": LOG in the options is the log; without it the log is standard output.
make() {
  local java=$homes/$2/bin/java log=$scratch/$1.log beans
  [ -x "$java" ] || return 0
  # shellcheck disable=SC2086  # options and arguments are lists
  "$java" ${3//LOG/$log} -cp "$scratch" Churn $4 >"$scratch/out" 2>"$scratch/beans"
  [ -e "$log" ] || cp "$scratch/out" "$log"
  gzip -9nc "$log" >"made/$1.log.gz"
  beans=$(tail -n 1 "$scratch/beans")
  printf "%s\t" "$1" "$2" "$3" "$4"
  echo "$beans"
}

{
  printf "log\tjdk\toptions\targuments\tbeans\n"
  while IFS='|' read -r name jdk options arguments; do make "$name" "$jdk" "$options" "$arguments"; done <options.txt
} >made.tsv
