#!/usr/bin/env bash
# build.sh OUT: images of scripts and empty folders, OUT/pause.tar and OUT/flink.tar. The JDK and Flink come from the
# machine, mounted into the pods.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$1
java=$(readlink -f "$(command -v java)")

mkdir -p "$out/pause"
CGO_ENABLED=0 nice go build -trimpath -ldflags '-s -w' -o "$out/pause/pause" "$here/pause.go"
python3 "$here/archive.py" "$out/pause.tar" tune.local/pause:1 /pause "$out/pause"

root=$out/flink
rm -rf "$root"
mkdir -p "$root"/{usr,proc,sys,dev,tmp,run,root,var,state,etc} "$root"/opt/flink/{bin,conf,lib,host,log,opt,plugins,usrlib}
for link in bin sbin lib lib64; do ln -s "usr/$link" "$root/$link"; done
chmod 1777 "$root/tmp"
echo 'root:x:0:0:root:/root:/bin/bash' >"$root/etc/passwd"
echo 'root:x:0:' >"$root/etc/group"
cat >"$root/opt/flink/log4j.properties" <<'TEXT'
rootLogger.level = INFO
rootLogger.appenderRef.c.ref = C
appender.c.name = C
appender.c.type = CONSOLE
appender.c.layout.type = PatternLayout
appender.c.layout.pattern = %d{HH:mm:ss,SSS} %-5p %c{1} - %m%n
TEXT
opens='--add-exports=java.base/sun.net.util=ALL-UNNAMED --add-exports=java.rmi/sun.rmi.registry=ALL-UNNAMED'
for package in java.lang java.net java.io java.nio java.lang.reflect java.text java.time java.util java.util.concurrent \
  java.util.concurrent.atomic java.util.concurrent.locks sun.net.util; do
  opens="$opens --add-opens=java.base/$package=ALL-UNNAMED"
done
logging=-Dlog4j.configurationFile=file:/opt/flink/log4j.properties

# As Flink's own script does: a first JVM computes the memory, a second one is the JobManager.
cat >"$root/opt/flink/bin/kubernetes-jobmanager.sh" <<TEXT
#!/bin/bash
shift
out=\$($java -cp "/opt/flink/host/bash-java-utils.jar:/opt/flink/lib/*" $logging \
  org.apache.flink.runtime.util.bash.BashJavaUtils GET_JM_RESOURCE_PARAMS --configDir /opt/flink/conf "\$@" 2>&1)
mapfile -t results < <(sed -n 's/^BASH_JAVA_UTILS_EXEC_RESULT://p' <<<"\$out")
[ \${#results[@]} -ge 2 ] || { echo "\$out"; exit 1; }
exec $java \${results[0]} $opens $logging -cp '/opt/flink/lib/*' \
  org.apache.flink.kubernetes.entrypoint.KubernetesApplicationClusterEntrypoint --configDir /opt/flink/conf \${results[1]} "\$@"
TEXT
cat >"$root/opt/flink/bin/kubernetes-taskmanager.sh" <<TEXT
#!/bin/bash
exec $java \$FLINK_TM_JVM_MEM_OPTS -XX:+UseG1GC $opens $logging -cp '/opt/flink/lib/*' \
  org.apache.flink.kubernetes.taskmanager.KubernetesTaskExecutorRunner --configDir /opt/flink/conf "\$@"
TEXT
cat >"$root/docker-entrypoint.sh" <<'TEXT'
#!/bin/bash
export PATH=/opt/flink/bin:$PATH FLINK_HOME=/opt/flink FLINK_CONF_DIR=/opt/flink/conf FLINK_LIB_DIR=/opt/flink/lib \
  FLINK_PLUGINS_DIR=/opt/flink/plugins FLINK_OPT_DIR=/opt/flink/opt
exec "$@"
TEXT
chmod +x "$root"/opt/flink/bin/*.sh "$root/docker-entrypoint.sh"
python3 "$here/archive.py" "$out/flink.tar" tune.local/flink:1 /docker-entrypoint.sh "$root"
