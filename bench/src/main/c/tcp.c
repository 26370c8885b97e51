/*
 * The raw C baseline: two processes, one TCP connection, blocking sockets, nothing else.
 *
 * Build:   cc -O2 -Wall -Wextra -o tcp tcp.c
 *
 * Usage:   tcp server CASE [options]             listens, prints {"port":N}, serves one client, ends
 *          tcp client CASE --port N [options]    dials, runs the case, ends
 *
 * CASE     one-way      the client fills the server's memory: frames of a 14-byte header and a payload, one writev
 *                       each; the server reads the header, then the payload with MSG_WAITALL straight to its place in
 *                       a destination of --total bytes. A pass is --total bytes and ends with one byte of answer.
 *          round-trip   --bytes there and back, TCP_NODELAY, --count times
 *          small        --count messages of a 14-byte header and --bytes, one system call each unless --batch is given
 *
 * Options, the same for both sides of a pair:
 *          --host H     address, default 127.0.0.1
 *          --port N     the server's port; the server chooses one itself without it
 *          --frame N    one-way: payload bytes of a frame, default 1048576
 *          --total N    one-way: bytes of one pass, default 268435456
 *          --repeat N   one-way: timed passes, default 4
 *          --warmup N   passes (one-way, default 1) or messages (otherwise, default 2000) before the clock starts
 *          --bytes N    round-trip, small: bytes of a message, default 64
 *          --count N    round-trip, small: timed messages, default 20000 and 500000
 *          --batch N    small: bytes gathered into one send, default 0 for one message each
 *
 * Output:  one JSON line of each side, at its end. `seconds` runs from the first timed byte to the last answer (client)
 *          or from the first timed header to the last payload byte (server); `cpu_s` is user and system time of that
 *          process between the same two moments (getrusage).
 *          one-way      {"case","role","bytes","frame","passes","seconds","cpu_s","gb_per_s","pass_s":[…]}
 *          round-trip   {"case","role","bytes","count","seconds","cpu_s"}, and of the client "p50","p99","min","max" in us
 *          small        {"case","role","bytes","count","seconds","cpu_s","msg_per_s"}
 *
 * Exit:    0, or 1 with a line on standard error.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { HEADER = 14, PASSES = 1024, GULP = 65536 };

struct options {
  const char *role, *name, *host;
  int port;
  long frame, total, repeat, warmup, bytes, count, batch;
};

struct clock {
  double wall, cpu;
};

static void fail(const char *what) {
  fprintf(stderr, "tcp: %s: %s\n", what, errno ? strerror(errno) : "failed");
  exit(1);
}

static double wall_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static struct clock now(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  struct clock c = {wall_now(), (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
                                    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6};
  return c;
}

static void receive_all(int fd, void *to, size_t length) {
  char *at = to;
  while (length > 0) {
    ssize_t n = recv(fd, at, length, MSG_WAITALL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      if (n == 0) errno = ECONNRESET;
      fail("recv");
    }
    at += n;
    length -= (size_t)n;
  }
}

static void send_all(int fd, const void *from, size_t length) {
  const char *at = from;
  while (length > 0) {
    ssize_t n = send(fd, at, length, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail("send");
    at += n;
    length -= (size_t)n;
  }
}

static void header_of(unsigned char *header, uint32_t sequence, uint32_t length) {
  uint32_t words[3] = {htonl(1), htonl(sequence), htonl(length)};
  header[0] = 1;
  header[1] = 1;
  memcpy(header + 2, words, sizeof words);
}

static uint32_t length_of(const unsigned char *header) {
  uint32_t length;
  memcpy(&length, header + 10, 4);
  return ntohl(length);
}

static void send_frame(int fd, uint32_t sequence, char *payload, size_t length) {
  unsigned char header[HEADER];
  header_of(header, sequence, (uint32_t)length);
  struct iovec parts[2] = {{header, HEADER}, {payload, length}};
  struct iovec *part = parts;
  int left = 2;
  while (left > 0) {
    ssize_t n = writev(fd, part, left);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail("writev");
    while (left > 0 && (size_t)n >= part->iov_len) {
      n -= (ssize_t)part->iov_len;
      part++;
      left--;
    }
    if (left > 0) {
      part->iov_base = (char *)part->iov_base + n;
      part->iov_len -= (size_t)n;
    }
  }
}

static char *memory(long bytes, int fill) {
  char *block = aligned_alloc(4096, ((size_t)bytes + 4095) / 4096 * 4096);
  if (!block) fail("memory");
  memset(block, fill, (size_t)bytes);
  return block;
}

static void report_one_way(const struct options *o, struct clock from, struct clock to, const double *pass) {
  double bytes = (double)o->total * (double)o->repeat, seconds = to.wall - from.wall;
  printf("{\"case\":\"one-way\",\"role\":\"%s\",\"bytes\":%.0f,\"frame\":%ld,\"passes\":%ld,\"seconds\":%.6f,"
         "\"cpu_s\":%.6f,\"gb_per_s\":%.3f,\"pass_s\":[",
         o->role, bytes, o->frame, o->repeat, seconds, to.cpu - from.cpu, bytes / seconds / 1e9);
  for (long i = 0; i < o->repeat; i++) printf("%s%.6f", i ? "," : "", pass[i]);
  printf("]}\n");
}

static void one_way_server(int fd, const struct options *o) {
  char *target = memory(o->total, 0);
  unsigned char header[HEADER];
  double pass[PASSES];
  struct clock from = {0, 0}, to = {0, 0};
  for (long p = -o->warmup; p < o->repeat; p++) {
    double begin = 0;
    for (long at = 0; at < o->total;) {
      receive_all(fd, header, HEADER);
      if (at == 0) {
        if (p == 0) from = now();
        begin = wall_now();
      }
      uint32_t length = length_of(header);
      if ((long)length > o->total - at || length == 0) {
        errno = EMSGSIZE;
        fail("frame");
      }
      receive_all(fd, target + at, length);
      at += length;
    }
    if (p >= 0) pass[p] = wall_now() - begin;
    if (p == o->repeat - 1) to = now();
    send_all(fd, "!", 1);
  }
  report_one_way(o, from, to, pass);
  free(target);
}

static void one_way_client(int fd, const struct options *o) {
  char *source = memory(o->total, 7);
  char answer;
  double pass[PASSES];
  struct clock from = {0, 0};
  for (long p = -o->warmup; p < o->repeat; p++) {
    if (p == 0) from = now();
    double begin = wall_now();
    uint32_t sequence = 0;
    for (long at = 0; at < o->total; at += o->frame) {
      long length = o->total - at < o->frame ? o->total - at : o->frame;
      send_frame(fd, sequence++, source + at, (size_t)length);
    }
    receive_all(fd, &answer, 1);
    if (p >= 0) pass[p] = wall_now() - begin;
  }
  report_one_way(o, from, now(), pass);
  free(source);
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void round_trip_server(int fd, const struct options *o) {
  char *message = memory(o->bytes, 0);
  struct clock from = now();
  for (long i = -o->warmup; i < o->count; i++) {
    if (i == 0) from = now();
    receive_all(fd, message, (size_t)o->bytes);
    send_all(fd, message, (size_t)o->bytes);
  }
  struct clock to = now();
  printf("{\"case\":\"round-trip\",\"role\":\"server\",\"bytes\":%ld,\"count\":%ld,\"seconds\":%.6f,\"cpu_s\":%.6f}\n",
         o->bytes, o->count, to.wall - from.wall, to.cpu - from.cpu);
  free(message);
}

static void round_trip_client(int fd, const struct options *o) {
  char *message = memory(o->bytes, 7);
  double *us = calloc((size_t)o->count, sizeof *us);
  if (!us) fail("memory");
  struct clock from = now();
  for (long i = -o->warmup; i < o->count; i++) {
    if (i == 0) from = now();
    double begin = wall_now();
    send_all(fd, message, (size_t)o->bytes);
    receive_all(fd, message, (size_t)o->bytes);
    if (i >= 0) us[i] = (wall_now() - begin) * 1e6;
  }
  struct clock to = now();
  qsort(us, (size_t)o->count, sizeof *us, ascending);
  printf("{\"case\":\"round-trip\",\"role\":\"client\",\"bytes\":%ld,\"count\":%ld,\"seconds\":%.6f,\"cpu_s\":%.6f,"
         "\"p50\":%.2f,\"p99\":%.2f,\"min\":%.2f,\"max\":%.2f}\n",
         o->bytes, o->count, to.wall - from.wall, to.cpu - from.cpu, us[o->count / 2], us[o->count * 99 / 100], us[0],
         us[o->count - 1]);
  free(us);
  free(message);
}

static void report_small(const struct options *o, struct clock from, struct clock to) {
  double seconds = to.wall - from.wall;
  printf("{\"case\":\"small\",\"role\":\"%s\",\"bytes\":%ld,\"count\":%ld,\"seconds\":%.6f,\"cpu_s\":%.6f,"
         "\"msg_per_s\":%.0f}\n",
         o->role, o->bytes, o->count, seconds, to.cpu - from.cpu, (double)o->count / seconds);
}

/* Reads whatever is there, as a receiver of small messages must, and walks the headers. */
static void small_server(int fd, const struct options *o) {
  size_t room = GULP + HEADER + (size_t)o->bytes, held = 0;
  char *buffer = memory((long)room, 0);
  struct clock from = now();
  for (long i = -o->warmup; i < o->count;) {
    ssize_t n = recv(fd, buffer + held, room - held, 0);
    if (n <= 0) fail("recv");
    held += (size_t)n;
    size_t at = 0;
    while (held - at >= HEADER && held - at - HEADER >= length_of((unsigned char *)buffer + at)) {
      at += HEADER + length_of((unsigned char *)buffer + at);
      if (i++ == 0) from = now();
    }
    memmove(buffer, buffer + at, held - at);
    held -= at;
  }
  struct clock to = now();
  send_all(fd, "!", 1);
  report_small(o, from, to);
  free(buffer);
}

static void small_client(int fd, const struct options *o) {
  size_t message = HEADER + (size_t)o->bytes, held = 0;
  size_t room = (size_t)o->batch > message ? (size_t)o->batch : message;
  char *buffer = memory((long)room, 7);
  char answer;
  struct clock from = now();
  for (long i = -o->warmup; i < o->count; i++) {
    if (i == 0) from = now();
    header_of((unsigned char *)buffer + held, (uint32_t)i, (uint32_t)o->bytes);
    held += message;
    if (held + message > room || i + 1 == o->count) {
      send_all(fd, buffer, held);
      held = 0;
    }
  }
  receive_all(fd, &answer, 1);
  report_small(o, from, now());
  free(buffer);
}

static int connected(const struct options *o) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)o->port)};
  if (inet_pton(AF_INET, o->host, &at.sin_addr) != 1) fail("host");
  int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  if (fd < 0) fail("socket");
  if (!strcmp(o->role, "client")) {
    if (connect(fd, (struct sockaddr *)&at, sizeof at) < 0) fail("connect");
  } else {
    socklen_t size = sizeof at;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0) fail("bind");
    if (listen(fd, 1) < 0) fail("listen");
    if (getsockname(fd, (struct sockaddr *)&at, &size) < 0) fail("getsockname");
    printf("{\"port\":%d}\n", ntohs(at.sin_port));
    fflush(stdout);
    int accepted = accept(fd, NULL, NULL);
    if (accepted < 0) fail("accept");
    close(fd);
    fd = accepted;
  }
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return fd;
}

static long *slot(struct options *o, const char *name) {
  if (!strcmp(name, "--frame")) return &o->frame;
  if (!strcmp(name, "--total")) return &o->total;
  if (!strcmp(name, "--repeat")) return &o->repeat;
  if (!strcmp(name, "--warmup")) return &o->warmup;
  if (!strcmp(name, "--bytes")) return &o->bytes;
  if (!strcmp(name, "--count")) return &o->count;
  if (!strcmp(name, "--batch")) return &o->batch;
  return NULL;
}

static struct options options_of(int argc, char **argv) {
  struct options o = {.host = "127.0.0.1", .frame = 1 << 20, .total = 256L << 20, .repeat = 4, .warmup = -1,
                      .bytes = 64, .count = -1};
  if (argc < 3 || (strcmp(argv[1], "server") && strcmp(argv[1], "client"))) {
    fprintf(stderr, "usage: tcp server|client one-way|round-trip|small [options]\n");
    exit(1);
  }
  o.role = argv[1];
  o.name = argv[2];
  for (int i = 3; i < argc; i += 2) {
    long *to = slot(&o, argv[i]);
    errno = EINVAL;
    if (i + 1 >= argc) fail(argv[i]);
    if (to) *to = atol(argv[i + 1]);
    else if (!strcmp(argv[i], "--port")) o.port = atoi(argv[i + 1]);
    else if (!strcmp(argv[i], "--host")) o.host = argv[i + 1];
    else fail(argv[i]);
  }
  if (o.warmup < 0) o.warmup = !strcmp(o.name, "one-way") ? 1 : 2000;
  if (o.count < 0) o.count = !strcmp(o.name, "small") ? 500000 : 20000;
  if (o.frame < 1 || o.total < 1 || o.repeat < 1 || o.repeat > PASSES || o.bytes < 1 || o.count < 1) fail("options");
  return o;
}

int main(int argc, char **argv) {
  struct options o = options_of(argc, argv);
  int server = !strcmp(o.role, "server");
  void (*run)(int, const struct options *) = NULL;
  if (!strcmp(o.name, "one-way")) run = server ? one_way_server : one_way_client;
  if (!strcmp(o.name, "round-trip")) run = server ? round_trip_server : round_trip_client;
  if (!strcmp(o.name, "small")) run = server ? small_server : small_client;
  if (!run) {
    errno = EINVAL;
    fail(o.name);
  }
  int fd = connected(&o);
  run(fd, &o);
  close(fd);
  return 0;
}
