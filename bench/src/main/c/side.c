/*
 * One process of the two-process measurements in plain C: what the machine gives when nothing stands between a program
 * and the kernel.
 *
 * Build:   cc -O2 -Wall -Wextra -o side side.c
 *          cc -O2 -Wall -Wextra -DWITH_ZMQ -o side side.c -lzmq      where libzmq is installed
 *
 * Usage:   side serve KIND              listens, prints {"address":"A"}, takes one connection, then obeys
 *          side drive KIND A            dials, prints {"address":"A"}, then obeys
 *
 * KIND     tcp           loopback TCP, TCP_NODELAY, one system call per message
 *          tcp-batched   the same, but messages are gathered into sends of 64 KiB
 *          unix          a Unix domain socket
 *          memcpy        no connection: the driving process copies within itself
 *          zmq           libzmq PAIR sockets over TCP; large messages leave without a copy of their own
 *          zmq-ask       libzmq REQ and REP sockets; trips only
 *          zmq-pub       libzmq XPUB and 100 SUB sockets without high-water marks; flows only, from the process that
 *                        serves to the one that drives
 *
 * Orders, a line each on standard input, the same to both processes:
 *          flow SIZE COUNT SPAN   COUNT messages of SIZE bytes one way, from SPAN bytes of memory into SPAN bytes of
 *                                 memory, again from the start when these are full; ends with a word from the server.
 *                                 A message is a 14-byte header and the payload.
 *          trip SIZE COUNT SPAN   SIZE bytes there and back, COUNT times
 *          go                     the driving process begins what was ordered
 *
 * Answers: {"ready":true,"cpu_s":C} when memory is there; {"seconds":S,"cpu_s":C,…} at the end. C is the user and system
 *          time of the process so far (getrusage). The driving process adds "us":[p50,p90,p99,p999,max] to a trip.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#ifdef WITH_ZMQ
#include <zmq.h>
#endif

enum { HEADER = 14, GULP = 65536, SMALL = 16384 };

enum { SUBSCRIBERS = 100 };

static int batched, copies, queued, asking, publishing;

static void fail(const char *what) {
  fprintf(stderr, "side: %s: %s\n", what, errno ? strerror(errno) : "failed");
  exit(1);
}

static double wall(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double cpu(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6;
}

static void receive_all(int fd, void *to, size_t length) {
  char *at = to;
  while (length > 0) {
    ssize_t n = recv(fd, at, length, MSG_WAITALL);
    if (n < 0 && errno == EINTR) continue;
    if (n == 0) exit(0);
    if (n < 0) fail("recv");
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

static char *memory(size_t bytes, int fill) {
  char *block = aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);
  if (!block) fail("memory");
  memset(block, fill, bytes);
  return block;
}

/* Large messages go straight to their place. */
static void take_large(int fd, char *into, size_t size, long count, size_t span) {
  unsigned char header[HEADER];
  size_t at = 0;
  for (long i = 0; i < count; i++) {
    receive_all(fd, header, HEADER);
    if (length_of(header) != size) fail("length");
    receive_all(fd, into + at, size);
    at = at + 2 * size > span ? 0 : at + size;
  }
}

/* Small ones are read as many as are there, and then put in their place. */
static void take_small(int fd, char *into, size_t size, long count, size_t span) {
  static unsigned char buffer[2 * GULP];
  size_t held = 0, at = 0;
  while (count > 0) {
    ssize_t n = recv(fd, buffer + held, sizeof buffer - held, 0);
    if (n == 0) exit(0);
    if (n < 0) fail("recv");
    held += (size_t)n;
    size_t done = 0;
    while (held - done >= HEADER + size && length_of(buffer + done) == size) {
      memcpy(into + at, buffer + done + HEADER, size);
      at = at + 2 * size > span ? 0 : at + size;
      done += HEADER + size;
      count--;
    }
    memmove(buffer, buffer + done, held - done);
    held -= done;
  }
}

static void flow_queued(int server, char *memory, size_t size, long count, size_t span);

static void flow_server(int fd, size_t size, long count, size_t span) {
  if (copies) return;
  char *into = memory(span, 0);
  printf("{\"ready\":true,\"cpu_s\":%.6f}\n", cpu());
  if (queued) {
    flow_queued(1, into, size, count, span);
  } else {
    (size <= SMALL ? take_small : take_large)(fd, into, size, count, span);
    send_all(fd, "!", 1);
  }
  free(into);
}

static void send_batched(int fd, const char *from, size_t size, long count, size_t span) {
  static unsigned char buffer[2 * GULP];
  size_t held = 0, at = 0;
  for (long i = 0; i < count; i++) {
    header_of(buffer + held, (uint32_t)i, (uint32_t)size);
    memcpy(buffer + held + HEADER, from + at, size);
    at = at + 2 * size > span ? 0 : at + size;
    held += HEADER + size;
    if (held >= GULP || i + 1 == count) {
      send_all(fd, buffer, held);
      held = 0;
    }
  }
}

static void flow_client(int fd, char *from, char *into, size_t size, long count, size_t span) {
  size_t at = 0;
  char word;
  if (queued) {
    flow_queued(0, from, size, count, span);
    return;
  }
  if (batched && size <= SMALL) {
    send_batched(fd, from, size, count, span);
  } else {
    for (long i = 0; i < count; i++) {
      if (copies) memcpy(into + at, from + at, size);
      else send_frame(fd, (uint32_t)i, from + at, size);
      at = at + 2 * size > span ? 0 : at + size;
    }
  }
  if (!copies) receive_all(fd, &word, 1);
}

#ifdef WITH_ZMQ
/* Two pairs: one that queues few large messages, one that queues many small ones. */
static void *queues[2];

static void *queue_for(size_t size) { return queues[asking || size <= SMALL]; }

static void *subscribers[SUBSCRIBERS];

static int type_of(int server, int i) {
  if (publishing) return i ? (server ? ZMQ_PULL : ZMQ_PUSH) : ZMQ_XPUB;
  if (asking) return server ? ZMQ_REP : ZMQ_REQ;
  return ZMQ_PAIR;
}

static void subscribe(void *context, const char *end) {
  int none = 0;
  for (int i = 0; i < SUBSCRIBERS; i++) {
    subscribers[i] = zmq_socket(context, ZMQ_SUB);
    zmq_setsockopt(subscribers[i], ZMQ_RCVHWM, &none, sizeof none);
    zmq_setsockopt(subscribers[i], ZMQ_SUBSCRIBE, "", 0);
    if (zmq_connect(subscribers[i], end) < 0) fail("zmq_connect");
  }
}

static void marks(void *queue, int small) {
  int mark = publishing ? 0 : small ? 10000 : 32, one = 1;
  zmq_setsockopt(queue, ZMQ_SNDHWM, &mark, sizeof mark);
  zmq_setsockopt(queue, ZMQ_RCVHWM, &mark, sizeof mark);
  if (publishing && !small) zmq_setsockopt(queue, ZMQ_XPUB_VERBOSE, &one, sizeof one);
}

static void zmq_open(int server, const char *address) {
  void *context = zmq_ctx_new();
  char ends[2][64], *comma = strchr(address, ',');
  for (int i = 0; i < 2; i++) {
    size_t length = sizeof ends[i];
    if (server || i || !publishing) {
      queues[i] = zmq_socket(context, type_of(server, i));
      marks(queues[i], i);
    }
    if (server) {
      if (zmq_bind(queues[i], "tcp://127.0.0.1:*") < 0) fail("zmq_bind");
      zmq_getsockopt(queues[i], ZMQ_LAST_ENDPOINT, ends[i], &length);
    } else {
      snprintf(ends[i], sizeof ends[i], "%.60s", i && comma ? comma + 1 : address);
      if (!i && comma) ends[i][comma - address] = 0;
      if (!i && publishing) subscribe(context, ends[i]);
      else if (zmq_connect(queues[i], ends[i]) < 0) fail("zmq_connect");
    }
  }
  if (server) printf("{\"address\":\"%s,%s\"}\n", ends[0], ends[1]);
}

static void kept(void *block, void *hint) {
  (void)block;
  (void)hint;
}

static void zmq_put(void *queue, char *from, size_t size) {
  zmq_msg_t message;
  if (size <= SMALL) {
    if (zmq_send(queue, from, size, 0) < 0) fail("zmq_send");
    return;
  }
  zmq_msg_init_data(&message, from, size, kept, NULL);
  if (zmq_msg_send(&message, queue, 0) < 0) fail("zmq_msg_send");
}

static void zmq_take(void *queue, char *into, size_t size) {
  zmq_msg_t message;
  if (size <= SMALL) {
    if (zmq_recv(queue, into, size, 0) < 0) fail("zmq_recv");
    return;
  }
  zmq_msg_init(&message);
  if (zmq_msg_recv(&message, queue, 0) < 0) fail("zmq_msg_recv");
  memcpy(into, zmq_msg_data(&message), size);
  zmq_msg_close(&message);
}
#endif

#ifdef WITH_ZMQ
static void await_subscribers(void) {
  static int heard;
  char word[8];
  for (; heard < SUBSCRIBERS; heard++) zmq_take(queues[0], word, sizeof word);
}

static void publish(char *from, size_t size, long count, size_t span) {
  size_t at = 0;
  char word;
  await_subscribers();
  zmq_take(queues[1], &word, 1);
  for (long i = 0; i < count; i++) {
    zmq_put(queues[0], from + at, size);
    at = at + 2 * size > span ? 0 : at + size;
  }
  zmq_take(queues[1], &word, 1);
}

static void hear(char *into, size_t size, long count, size_t span) {
  size_t at = 0;
  char word = '!';
  zmq_put(queues[1], &word, 1);
  for (long i = 0; i < count; i++) {
    for (int s = 0; s < SUBSCRIBERS; s++) zmq_take(subscribers[s], into + at, size);
    at = at + 2 * size > span ? 0 : at + size;
  }
  zmq_put(queues[1], &word, 1);
}
#endif

static void flow_queued(int server, char *memory, size_t size, long count, size_t span) {
#ifdef WITH_ZMQ
  void *queue = queue_for(size);
  char word = '!';
  size_t at = 0;
  if (publishing) {
    (server ? publish : hear)(memory, size, count, span);
    return;
  }
  for (long i = 0; i < count; i++) {
    (server ? zmq_take : zmq_put)(queue, memory + at, size);
    at = at + 2 * size > span ? 0 : at + size;
  }
  (server ? zmq_put : zmq_take)(queue, &word, 1);
#else
  (void)server, (void)memory, (void)size, (void)count, (void)span;
  fail("built without zmq");
#endif
}

static void exchange(int fd, char *message, size_t size, int first) {
#ifdef WITH_ZMQ
  if (queued) {
    (first ? zmq_put : zmq_take)(queue_for(size), message, size);
    (first ? zmq_take : zmq_put)(queue_for(size), message, size);
    return;
  }
#endif
  if (first) send_all(fd, message, size);
  receive_all(fd, message, size);
  if (!first) send_all(fd, message, size);
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void trip_client(int fd, char *message, size_t size, long count, double *us) {
  for (long i = 0; i < count; i++) {
    double begin = wall();
    exchange(fd, message, size, 1);
    us[i] = (wall() - begin) * 1e6;
  }
}

static void trip_server(int fd, size_t size, long count) {
  char *message = memory(size, 0);
  printf("{\"ready\":true,\"cpu_s\":%.6f}\n", cpu());
  for (long i = 0; i < count; i++) {
    exchange(fd, message, size, 0);
  }
  free(message);
}

static void drive(int fd, int trip, size_t size, long count, size_t span) {
  char *from = memory(trip ? size : span, 7), *into = copies ? memory(span, 0) : NULL, line[16];
  double *us = trip ? (void *)memory((size_t)count * sizeof(double), 0) : NULL;
  printf("{\"ready\":true,\"cpu_s\":%.6f}\n", cpu());
  if (!fgets(line, sizeof line, stdin)) exit(0);
  double begin = wall();
  if (trip) trip_client(fd, from, size, count, us);
  else flow_client(fd, from, into, size, count, span);
  printf("{\"seconds\":%.9f,\"cpu_s\":%.6f", wall() - begin, cpu());
  if (trip) {
    qsort(us, (size_t)count, sizeof *us, ascending);
    printf(",\"us\":[%.3f,%.3f,%.3f,%.3f,%.3f]", us[count / 2], us[count * 9 / 10], us[count * 99 / 100],
           us[count * 999 / 1000], us[count - 1]);
  }
  printf("}\n");
  free(from);
  free(into);
  free(us);
}

static void serve(int fd, int trip, size_t size, long count, size_t span) {
  double begin = wall();
  if (trip) trip_server(fd, size, count);
  else if (copies) printf("{\"ready\":true,\"cpu_s\":%.6f}\n", cpu());
  else flow_server(fd, size, count, span);
  printf("{\"seconds\":%.9f,\"cpu_s\":%.6f}\n", wall() - begin, cpu());
}

static int tcp(int server, const char *address) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof at;
  int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  if (fd < 0) fail("socket");
  if (server) {
    if (bind(fd, (struct sockaddr *)&at, length) < 0 || listen(fd, 1) < 0) fail("listen");
    if (getsockname(fd, (struct sockaddr *)&at, &length) < 0) fail("getsockname");
    printf("{\"address\":\"%d\"}\n", ntohs(at.sin_port));
    fd = accept(fd, NULL, NULL);
  } else {
    at.sin_port = htons((uint16_t)atoi(address));
    if (connect(fd, (struct sockaddr *)&at, length) < 0) fail("connect");
  }
  if (fd < 0) fail("accept");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return fd;
}

static int local(int server, const char *address) {
  struct sockaddr_un at = {.sun_family = AF_UNIX};
  if (server) snprintf(at.sun_path + 1, sizeof at.sun_path - 1, "myelin-bench-%d", getpid());
  else snprintf(at.sun_path + 1, sizeof at.sun_path - 1, "%s", address);
  socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(at.sun_path + 1));
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (fd < 0) fail("socket");
  if (server) {
    if (bind(fd, (struct sockaddr *)&at, length) < 0 || listen(fd, 1) < 0) fail("listen");
    printf("{\"address\":\"%s\"}\n", at.sun_path + 1);
    fd = accept(fd, NULL, NULL);
    if (fd < 0) fail("accept");
  } else if (connect(fd, (struct sockaddr *)&at, length) < 0) {
    fail("connect");
  }
  return fd;
}

int main(int argc, char **argv) {
  char line[128], what[8];
  if (argc < 3) {
    fprintf(stderr, "usage: side serve|drive tcp|tcp-batched|unix|memcpy|zmq|zmq-ask|zmq-pub [ADDRESS]\n");
    return 1;
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  int server = !strcmp(argv[1], "serve");
  const char *kind = argv[2], *address = argc > 3 ? argv[3] : "";
  batched = !strcmp(kind, "tcp-batched");
  copies = !strcmp(kind, "memcpy");
  queued = !strncmp(kind, "zmq", 3);
  asking = !strcmp(kind, "zmq-ask");
  publishing = !strcmp(kind, "zmq-pub");
  int fd = -1;
  if (!strncmp(kind, "tcp", 3)) fd = tcp(server, address);
  else if (!strcmp(kind, "unix")) fd = local(server, address);
#ifdef WITH_ZMQ
  else if (queued) zmq_open(server, address);
#endif
  else if (server && copies) printf("{\"address\":\"self\"}\n");
  else if (!copies) fail(kind);
  if (!server) printf("{\"address\":\"%s\"}\n", address);
  while (fgets(line, sizeof line, stdin)) {
    size_t size, span;
    long count;
    if (sscanf(line, "%7s %zu %ld %zu", what, &size, &count, &span) != 4) continue;
    if (size < 1 || size > span || count < 1) fail(line);
    (server ? serve : drive)(fd, !strcmp(what, "trip"), size, count, span);
  }
  return 0;
}
