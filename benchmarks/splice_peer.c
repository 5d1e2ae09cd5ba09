/* The peer of benchmarks/proxy.py: `serve PORT` answers HTTP, `forward PORT TARGET` splices.

   Both listen on 127.0.0.1, run one epoll loop on one core, and are as short as they can be: they
   show what the machine does when nothing but the kernel is in the way. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 256, CHUNK = 1 << 16, BODY = 1792, FDS = 65536 };

struct half { int fd, pipe[2]; size_t held; struct half *other; };

static int loop;
static struct half *halves[FDS];

static int at(int port, struct sockaddr_in *place) {
    memset(place, 0, sizeof *place);
    place->sin_family = AF_INET;
    place->sin_port = htons(port);
    place->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    return fd;
}

static void follow(int fd, unsigned events) {
    struct epoll_event event = {.events = events, .data.fd = fd};
    epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event);
}

static int listen_on(int port) {
    struct sockaddr_in place;
    int fd = at(port, &place);
    if (bind(fd, (struct sockaddr *)&place, sizeof place) || listen(fd, 1024)) {
        perror("bind");
        exit(1);
    }
    follow(fd, EPOLLIN);
    return fd;
}

static void answer(int fd) {
    static char in[CHUNK], out[BODY + 256];
    static size_t size;
    if (!size) {
        int head = sprintf(out, "HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n", BODY);
        memset(out + head, 'x', BODY);
        size = head + BODY;
    }
    ssize_t got = read(fd, in, sizeof in);
    if (got <= 0) {
        if (got == 0 || errno != EAGAIN) close(fd);
        return;
    }
    char *from = in;
    while ((from = memmem(from, in + got - from, "\r\n\r\n", 4))) {
        from += 4;
        if (write(fd, out, size) < 0) return;
    }
}

static struct half *half_of(int fd) {
    struct half *made = calloc(1, sizeof *made);
    made->fd = fd;
    if (pipe2(made->pipe, O_NONBLOCK)) exit(1);
    return halves[fd] = made;
}

static void drop(struct half *half) {
    struct half *both[] = {half, half->other};
    for (int i = 0; i < 2; i++) {
        halves[both[i]->fd] = NULL;
        close(both[i]->fd);
        close(both[i]->pipe[0]);
        close(both[i]->pipe[1]);
        free(both[i]);
    }
}

/* Edge-triggered: move until nothing more goes. 0 when the connection is over. */
static int move(struct half *from) {
    unsigned flags = SPLICE_F_MOVE | SPLICE_F_NONBLOCK;
    for (;;) {
        ssize_t got = splice(from->fd, NULL, from->pipe[1], NULL, CHUNK, flags);
        if (got > 0) from->held += got;
        if (got == 0 && !from->held) return 0;
        if (got < 0 && errno != EAGAIN) return 0;
        ssize_t put = 0;
        if (from->held) put = splice(from->pipe[0], NULL, from->other->fd, NULL, from->held, flags);
        if (put > 0) from->held -= put;
        if (put < 0 && errno != EAGAIN) return 0;
        if (got <= 0 && put <= 0) return 1;
    }
}

static void join(int client, int target_port) {
    struct sockaddr_in place;
    int one = 1, fd = at(target_port, &place);
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    connect(fd, (struct sockaddr *)&place, sizeof place);
    struct half *a = half_of(client), *b = half_of(fd);
    a->other = b;
    b->other = a;
    follow(client, EPOLLIN | EPOLLOUT | EPOLLET);
    follow(fd, EPOLLIN | EPOLLOUT | EPOLLET);
}

int main(int count, char **words) {
    if (count < 3) return 2;
    int target = count > 3 ? atoi(words[3]) : 0;
    struct epoll_event events[EVENTS];
    loop = epoll_create1(0);
    int listener = listen_on(atoi(words[2]));
    for (;;) {
        int ready = epoll_wait(loop, events, EVENTS, -1);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) {
                int client;
                while ((client = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
                    if (target) join(client, target);
                    else follow(client, EPOLLIN);
                }
            } else if (!target) {
                answer(fd);
            } else if (halves[fd]) {
                struct half *half = halves[fd];
                if (!move(half) || !move(half->other)) drop(half);
            }
        }
    }
}
