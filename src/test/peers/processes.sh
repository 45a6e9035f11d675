# shellcheck shell=bash
# Ports, waiting, starting and stopping. Sourced by peers.sh.

# Ports where nobody listens, none of them twice: some are listened on much later.
free_ports() { # HOW_MANY
  local port=$((20000 + RANDOM % 8000)) found=0
  while [ "$found" -lt "$1" ]; do
    port=$((port + 1))
    if ! grep -qsx "$port" "$dir/ports" && ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port" | tee -a "$dir/ports"
      found=$((found + 1))
    fi
  done
}

# Waits until a daemon listens, and no longer than it lives.
await_port() { # PORT NAME
  local i pid
  read -r pid _ <"$dir/$2.pid"
  for ((i = 0; i < 1200; i++)); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then
      return
    fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.05
  done
  echo "peers.sh: $2 does not listen on port $1" >&2
  exit 1
}

# When a process started, as /proc tells it: with the pid it names one process only.
start_time() { # PID
  [ -r "/proc/$1/stat" ] || return 0
  local stat
  stat=$(<"/proc/$1/stat")
  # The second field, the name, is in parentheses and may hold spaces.
  # shellcheck disable=SC2086 # the fields after it
  set -- ${stat##*) }
  echo "${20}"
}

# Starts a daemon that stays in the foreground, as the leader of a session of its own.
background() { # NAME COMMAND...
  local name=$1
  shift
  setsid "$@" >"$dir/$name.out" 2>&1 </dev/null &
  echo "$! $(start_time $!)" >"$dir/$name.pid"
}

# Starts a daemon where some files of the system are others, for it alone.
background_with_files() { # NAME "OURS:SYSTEMS ..." COMMAND...
  local name=$1 files=$2
  shift 2
  # shellcheck disable=SC2016 # expanded by the inner shell
  background "$name" unshare --mount --uts bash -euc '
    hostname localhost.localdomain
    for file in $1; do
      mount --bind "${file%%:*}" "${file#*:}"
    done
    shift
    exec "$@"' bash "$files" "$@"
}

# Why this machine cannot start a daemon with files of its own; nothing where it can.
lacks_namespaces() {
  unshare --mount --uts true 2>/dev/null ||
    echo "this machine does not allow mount namespaces (unshare --mount --uts)"
}

# Stops what the pid files of a directory name, and removes the directory.
stop_in() { # DIRECTORY
  local file pid started
  for file in "$1"/*.pid; do
    [ -e "$file" ] || continue
    read -r pid started <"$file" || true
    if is_ours "$1" "$pid" "$started"; then
      kill -TERM "$pid" 2>/dev/null || true
    else
      rm "$file"
    fi
  done
  for file in "$1"/*.pid; do
    [ -e "$file" ] || continue
    read -r pid started <"$file" || true
    await_end "$pid"
    kill -KILL -- "-$pid" 2>/dev/null || true # what its session left
  done
  rm -rf "$1"
}

# A pid may belong to somebody else by now.
is_ours() { # DIRECTORY PID START_TIME
  if [ -n "$3" ]; then
    [ "$(start_time "$2")" = "$3" ]
  else
    grep -qsF "$1" "/proc/$2/cmdline"
  fi
}

await_end() { # PID
  local i
  for ((i = 0; i < 100; i++)); do
    kill -0 "$1" 2>/dev/null || return 0
    sleep 0.05
  done
  kill -KILL "$1" 2>/dev/null || true
}

stop_leftovers() {
  local left owner
  for left in "$PREFIX".*; do
    [ -d "$left" ] || continue
    owner=$(cat "$left/owner" 2>/dev/null || echo 0)
    if ! grep -qsF peers.sh "/proc/$owner/cmdline"; then
      stop_in "$left"
    fi
  done
}
