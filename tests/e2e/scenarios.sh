scenarios() { tune get orders; sleep 600; }
