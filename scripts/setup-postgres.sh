#!/usr/bin/env bash
# Makes a Postgres server with pgvector reachable for the server-mode tests, on Debian and Ubuntu:
# uses the one that answers, else starts or installs one; builds pgvector from the Debian source package when it is missing.
# Safe to run again, quick when everything is there. It never fails the caller: when it cannot help it says so loudly and exits 0.
set -uo pipefail

HOST="${PGHOST:-127.0.0.1}"
PORT="${PGPORT:-5432}"
SUPERUSER="${PGUSER:-postgres}"
URL="${CELLAR_TEST_DATABASE_URL:-}"
# The URL may hold a password.
WHERE="$HOST:$PORT"
[ -z "$URL" ] || WHERE='the address in CELLAR_TEST_DATABASE_URL'
SUITE_WITH_PGVECTOR=trixie

say() { printf '== setup-postgres: %s\n' "$*"; }

give_up() {
  printf '\n%s\n' '!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!'
  printf '!! setup-postgres: %s\n' "$@"
  printf '%s\n\n' '!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!'
  exit 0
}

# Runs SQL on the server under test and prints the bare answer.
sql() {
  if [ -n "$URL" ]; then
    PGCONNECT_TIMEOUT=5 psql -X -w -qAt -d "$URL" -c "$1" 2>/dev/null
  else
    PGCONNECT_TIMEOUT=5 psql -X -w -qAt -h "$HOST" -p "$PORT" -U "$SUPERUSER" -d postgres -c "$1" 2>/dev/null
  fi
}

reachable() { command -v psql >/dev/null 2>&1 && [ "$(sql 'select 1')" = 1 ]; }
has_vector() { [ "$(sql "select count(*) from pg_available_extensions where name = 'vector'")" = 1 ]; }
is_local() { [ -z "$URL" ] && case "$HOST" in 127.0.0.1 | localhost | ::1 | /*) true ;; *) false ;; esac }

if [ "$(id -u)" = 0 ]; then as_root() { "$@"; }; else as_root() { sudo -n "$@"; }; fi
can_be_root() { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }
as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else sudo -n -u postgres "$@"; fi; }

apt_update_once() {
  [ -n "${APT_UPDATED:-}" ] || as_root apt-get update -qq || return 1
  APT_UPDATED=1
}
apt_install() { apt_update_once && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null; }

# The cluster of the port that is asked for.
start_cluster() {
  local version name port status
  while read -r version name port status _; do
    [ "$port" = "$PORT" ] || continue
    case "$status" in
      online*) return 0 ;;
      *) say "starting the cluster $version/$name" && as_root pg_ctlcluster "$version" "$name" start && return 0 ;;
    esac
  done < <(pg_lsclusters -h 2>/dev/null)
  return 1
}

# The tests connect over TCP without a password; only this machine may.
trust_loopback() {
  local hba
  hba="$(as_postgres psql -X -qAt -p "$PORT" -c 'show hba_file' 2>/dev/null)" || return 1
  [ -n "$hba" ] || return 1
  say "letting connections from 127.0.0.1 and ::1 in without a password ($hba)"
  as_root sed -i -E 's/^(host[[:space:]]+all[[:space:]]+all[[:space:]]+(127\.0\.0\.1\/32|::1\/128)[[:space:]]+)[a-z0-9-]+$/\1trust/' "$hba" || return 1
  as_postgres psql -X -qAt -p "$PORT" -c 'select pg_reload_conf()' >/dev/null
}

wait_until_reachable() {
  local attempt
  for attempt in $(seq 1 20); do
    reachable && return 0
    sleep 0.5
  done
  return 1
}

if ! reachable; then
  is_local || give_up "No Postgres answers at $WHERE. Server mode will not be tested."
  command -v apt-get >/dev/null 2>&1 || give_up 'No Postgres answers and this is not Debian or Ubuntu: install PostgreSQL 15 or newer with pgvector yourself.'
  can_be_root || give_up 'No Postgres answers, and installing one needs root (or sudo without a password). Server mode will not be tested.'
  if ! command -v pg_lsclusters >/dev/null 2>&1 || [ -z "$(pg_lsclusters -h 2>/dev/null)" ]; then
    say 'installing postgresql from apt'
    apt_install postgresql || give_up 'apt-get could not install postgresql. Server mode will not be tested.'
    as_root sh -c 'pg_lsclusters -h | grep -q . || pg_createcluster "$(ls /usr/lib/postgresql | sort -n | tail -1)" main' >/dev/null
  fi
  start_cluster || true
  sleep 1
  reachable || trust_loopback || true
  wait_until_reachable || give_up "PostgreSQL is installed but $SUPERUSER@$HOST:$PORT does not answer; see pg_lsclusters. Server mode will not be tested."
  say "PostgreSQL answers at $HOST:$PORT"
fi

MAJOR="$(sql "select current_setting('server_version_num')::int / 10000")"
[ "$MAJOR" -ge 15 ] || give_up "PostgreSQL $MAJOR answers; Cellar needs 15 or newer."

if has_vector; then
  say "PostgreSQL $MAJOR with pgvector answers; nothing to do"
  exit 0
fi

MISSING="pgvector is missing: what needs vectors will not be tested on the server."
is_local || give_up "$MISSING Install it at $WHERE."
command -v apt-get >/dev/null 2>&1 || give_up "$MISSING Install it for PostgreSQL $MAJOR."
can_be_root || give_up "$MISSING Installing it needs root (or sudo without a password)."

# Newer releases and apt.postgresql.org have it as a package.
apt_update_once || give_up "$MISSING apt-get update failed."
if apt-cache show "postgresql-$MAJOR-pgvector" >/dev/null 2>&1; then
  say "installing postgresql-$MAJOR-pgvector"
  apt_install "postgresql-$MAJOR-pgvector" && has_vector && say 'pgvector is installed' && exit 0
fi

WORK="$(mktemp -d)"
trap 'rm -rf "$WORK"' EXIT

# The machine's own Debian source, with only suite and type changed, used from a list of its own.
debian_source() {
  local file
  for file in /etc/apt/sources.list.d/*.sources; do
    [ -f "$file" ] || continue
    awk -v suite="$SUITE_WITH_PGVECTOR" '
      BEGIN { RS = ""; FS = "\n" }
      /(^|\n)Types:[^\n]*deb/ && /(^|\n)URIs:[^\n]*\/debian\/?([ \n]|$)/ {
        for (i = 1; i <= NF; i++) {
          if ($i ~ /^#/) continue
          if ($i ~ /^Types:/) $i = "Types: deb-src"
          if ($i ~ /^Suites:/) $i = "Suites: " suite
          print $i
        }
        exit
      }' "$file"
  done
}
debian_source_one_line() {
  cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | awk -v suite="$SUITE_WITH_PGVECTOR" '
    $1 == "deb" { u = 2; if ($2 ~ /^\[/) { while ($u !~ /\]$/) u++; u++ }
      if ($u ~ /\/debian\/?$/) { $1 = "deb-src"; $(u + 1) = suite; print; exit } }'
}

debian_source >"$WORK/pgvector.sources"
LIST="$WORK/pgvector.sources"
if [ ! -s "$LIST" ]; then
  LIST="$WORK/pgvector.list"
  debian_source_one_line >"$LIST"
fi
[ -s "$LIST" ] || give_up "$MISSING This machine has no Debian apt source to take the source package from."

say "building pgvector from the source package of $SUITE_WITH_PGVECTOR against postgresql-server-dev-$MAJOR"
# Nothing but downloads here, so that a machine whose own lists are elsewhere is left as it was.
APT_PRIVATE=(-o "Dir::Etc::sourcelist=$([ "${LIST##*.}" = list ] && echo "$LIST" || echo /dev/null)" -o "Dir::Etc::sourceparts=$([ "${LIST##*.}" = sources ] && echo "$WORK/parts" || echo /dev/null)" -o "Dir::State::lists=$WORK/lists")
mkdir -p "$WORK/parts" "$WORK/lists/partial"
[ "${LIST##*.}" = sources ] && cp "$LIST" "$WORK/parts/"
chmod -R a+rX "$WORK"
as_root apt-get "${APT_PRIVATE[@]}" update -qq || give_up "$MISSING The sources of $SUITE_WITH_PGVECTOR cannot be read."
(cd "$WORK" && as_root apt-get "${APT_PRIVATE[@]}" source -qq --download-only pgvector) >/dev/null || give_up "$MISSING Its source package cannot be downloaded."
ARCHIVE="$(ls "$WORK"/pgvector_*.orig.tar.* 2>/dev/null | head -1)"
[ -n "$ARCHIVE" ] || give_up "$MISSING Its source package has no archive."
mkdir "$WORK/build" && tar -xf "$ARCHIVE" -C "$WORK/build" --strip-components=1 || give_up "$MISSING Its archive cannot be unpacked."

apt_install "postgresql-server-dev-$MAJOR" build-essential || give_up "$MISSING postgresql-server-dev-$MAJOR cannot be installed."
PG_CONFIG="/usr/lib/postgresql/$MAJOR/bin/pg_config"
[ -x "$PG_CONFIG" ] || give_up "$MISSING $PG_CONFIG is not there."
# Portable code: the result may be cached and run on another machine of the kind.
make -s -C "$WORK/build" PG_CONFIG="$PG_CONFIG" OPTFLAGS="" with_llvm=no -j"$(nproc)" >"$WORK/make.log" 2>&1 || { tail -20 "$WORK/make.log"; give_up "$MISSING It does not compile."; }
as_root make -s -C "$WORK/build" PG_CONFIG="$PG_CONFIG" with_llvm=no install >"$WORK/make.log" 2>&1 || { tail -20 "$WORK/make.log"; give_up "$MISSING It cannot be installed."; }

has_vector || give_up "$MISSING It was built, but the server at $HOST:$PORT does not offer it."
say "pgvector $(sql "select default_version from pg_available_extensions where name = 'vector'") was built and installed for PostgreSQL $MAJOR"
