/* Notes what a process does to the files below one folder, in the order in which it happens, so that a test can tell
 * what of it would be on the disk if the power failed. Preloaded (LD_PRELOAD), for the tests alone.
 *
 * RECORDER_FOLDER: the folder, absolute. RECORDER_LOG: where to write, outside it.
 * A record: operation (1 byte), file (8), place (8), lengths of two texts (4 each), the texts. Little-endian. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define NEXT(name)                                                            \
    static __typeof__(name) *next;                                            \
    if (!next) next = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int log_file = -1;
static char folder[PATH_MAX];
static size_t folder_length;

static int plain_open(const char *path, int flags, mode_t mode) {
    NEXT(open64);
    return next(path, flags, mode);
}

__attribute__((constructor)) static void begin(void) {
    const char *where = getenv("RECORDER_FOLDER"), *log = getenv("RECORDER_LOG");
    if (!where || !log) return;
    int file = plain_open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    log_file = fcntl(file, F_DUPFD_CLOEXEC, 512);
    close(file);
    snprintf(folder, sizeof folder, "%s", where);
    folder_length = strlen(folder);
}

/* Threads of this process wait for each other, and processes for each other. */
static void lock(void) {
    pthread_mutex_lock(&mutex);
    while (flock(log_file, LOCK_EX) == -1 && errno == EINTR);
}

static void unlock(void) {
    int failure = errno;
    flock(log_file, LOCK_UN);
    pthread_mutex_unlock(&mutex);
    errno = failure;
}

static void put(const void *bytes, size_t length) {
    NEXT(write);
    const char *rest = bytes;
    while (length > 0) {
        ssize_t done = next(log_file, rest, length);
        if (done < 0 && errno != EINTR) abort();
        if (done > 0) rest += done, length -= (size_t)done;
    }
}

static void note(char operation, uint64_t file, uint64_t place, const void *first, size_t first_length, const void *second,
                 size_t second_length) {
    int failure = errno;
    unsigned char head[25];
    uint32_t lengths[2] = {(uint32_t)first_length, (uint32_t)second_length};
    head[0] = (unsigned char)operation;
    memcpy(head + 1, &file, 8);
    memcpy(head + 9, &place, 8);
    memcpy(head + 17, lengths, 8);
    put(head, sizeof head);
    put(first, first_length);
    put(second, second_length);
    errno = failure;
}

static int is_within(const char *path) {
    return log_file >= 0 && strncmp(path, folder, folder_length) == 0 && (path[folder_length] == '/' || !path[folder_length]);
}

/* The absolute path of a name; whether it is within the folder. */
static int locate(int at, const char *name, char *path) {
    if (log_file < 0) return 0;
    if (name[0] == '/') {
        snprintf(path, PATH_MAX, "%s", name);
    } else {
        char base[PATH_MAX];
        if (at == AT_FDCWD) {
            if (!getcwd(base, sizeof base)) return 0;
        } else {
            char link[64];
            snprintf(link, sizeof link, "/proc/self/fd/%d", at);
            ssize_t length = readlink(link, base, sizeof base - 1);
            if (length < 0) return 0;
            base[length] = 0;
        }
        if ((size_t)snprintf(path, PATH_MAX, "%s/%s", base, name) >= PATH_MAX) return 0;
    }
    return is_within(path);
}

static int path_of(int file, char *path) {
    if (log_file < 0 || file < 0 || file == log_file) return 0;
    int failure = errno;
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    errno = failure;
    if (length < 0) return 0;
    path[length] = 0;
    return 1;
}

static int is_recorded(int file) {
    char path[PATH_MAX];
    return path_of(file, path) && is_within(path);
}

/* The folder's own name is in the one above it. */
static int is_recorded_or_above(int file) {
    char path[PATH_MAX];
    if (!path_of(file, path)) return 0;
    size_t length = strlen(path);
    return is_within(path) || (strncmp(folder, path, length) == 0 && folder + length == strrchr(folder, '/'));
}

static uint64_t identity(int file) {
    struct stat about;
    return fstat(file, &about) == 0 ? about.st_ino : 0;
}

static int open_noting(int at, const char *name, int flags, mode_t mode) {
    NEXT(openat64);
    char path[PATH_MAX];
    if (!(flags & (O_CREAT | O_TRUNC)) || (flags & O_TMPFILE) == O_TMPFILE || !locate(at, name, path))
        return next(at, name, flags, mode);
    lock();
    struct stat about;
    int was_there = stat(path, &about) == 0;
    int file = next(at, name, flags, mode);
    if (file >= 0 && !was_there) note('N', identity(file), 0, path, strlen(path), 0, 0);
    if (file >= 0 && was_there && (flags & O_TRUNC)) note('T', identity(file), 0, 0, 0, 0, 0);
    unlock();
    return file;
}

#define MODE_OF(flags)                                                        \
    mode_t mode = 0;                                                          \
    if ((flags) & (O_CREAT | O_TMPFILE)) {                                    \
        va_list rest;                                                         \
        va_start(rest, flags);                                                \
        mode = va_arg(rest, mode_t);                                          \
        va_end(rest);                                                         \
    }

int open(const char *name, int flags, ...) {
    MODE_OF(flags);
    return open_noting(AT_FDCWD, name, flags, mode);
}

int open64(const char *name, int flags, ...) {
    MODE_OF(flags);
    return open_noting(AT_FDCWD, name, flags, mode);
}

int openat(int at, const char *name, int flags, ...) {
    MODE_OF(flags);
    return open_noting(at, name, flags, mode);
}

int openat64(int at, const char *name, int flags, ...) {
    MODE_OF(flags);
    return open_noting(at, name, flags, mode);
}

/* Where the next write to a file goes. */
static off64_t place_of(int file) {
    if (fcntl(file, F_GETFL) & O_APPEND) {
        struct stat about;
        return fstat(file, &about) == 0 ? about.st_size : 0;
    }
    return lseek64(file, 0, SEEK_CUR);
}

ssize_t write(int file, const void *bytes, size_t length) {
    NEXT(write);
    if (!is_recorded(file)) return next(file, bytes, length);
    lock();
    off64_t place = place_of(file);
    ssize_t done = next(file, bytes, length);
    if (done > 0) note('W', identity(file), (uint64_t)place, bytes, (size_t)done, 0, 0);
    unlock();
    return done;
}

ssize_t writev(int file, const struct iovec *parts, int count) {
    NEXT(writev);
    if (!is_recorded(file)) return next(file, parts, count);
    ssize_t total = 0;
    for (int at = 0; at < count; at++) {
        ssize_t done = write(file, parts[at].iov_base, parts[at].iov_len);
        if (done < 0) return total > 0 ? total : done;
        total += done;
        if ((size_t)done < parts[at].iov_len) break;
    }
    return total;
}

static ssize_t pwrite_noting(int file, const void *bytes, size_t length, off64_t place) {
    NEXT(pwrite64);
    if (!is_recorded(file)) return next(file, bytes, length, place);
    lock();
    ssize_t done = next(file, bytes, length, place);
    if (done > 0) note('W', identity(file), (uint64_t)place, bytes, (size_t)done, 0, 0);
    unlock();
    return done;
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t place) { return pwrite_noting(file, bytes, length, place); }

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t place) {
    return pwrite_noting(file, bytes, length, place);
}

static int truncate_noting(int file, off64_t length) {
    NEXT(ftruncate64);
    if (!is_recorded(file)) return next(file, length);
    lock();
    int failed = next(file, length);
    if (!failed) note('T', identity(file), (uint64_t)length, 0, 0, 0, 0);
    unlock();
    return failed;
}

int ftruncate(int file, off_t length) { return truncate_noting(file, length); }

int ftruncate64(int file, off64_t length) { return truncate_noting(file, length); }

static int sync_noting(int file, int failed) {
    struct stat about;
    char path[PATH_MAX];
    if (!failed && fstat(file, &about) == 0 && path_of(file, path)) {
        if (S_ISDIR(about.st_mode)) note('F', about.st_ino, 0, path, strlen(path), 0, 0);
        else note('S', about.st_ino, 0, 0, 0, 0, 0);
    }
    unlock();
    return failed;
}

int fsync(int file) {
    NEXT(fsync);
    if (!is_recorded_or_above(file)) return next(file);
    lock();
    return sync_noting(file, next(file));
}

int fdatasync(int file) {
    NEXT(fdatasync);
    if (!is_recorded_or_above(file)) return next(file);
    lock();
    return sync_noting(file, next(file));
}

int mkdirat(int at, const char *name, mode_t mode) {
    NEXT(mkdirat);
    char path[PATH_MAX];
    if (!locate(at, name, path)) return next(at, name, mode);
    lock();
    int failed = next(at, name, mode);
    if (!failed) note('D', 0, 0, path, strlen(path), 0, 0);
    unlock();
    return failed;
}

int mkdir(const char *name, mode_t mode) { return mkdirat(AT_FDCWD, name, mode); }

int unlinkat(int at, const char *name, int flags) {
    NEXT(unlinkat);
    char path[PATH_MAX];
    if (!locate(at, name, path)) return next(at, name, flags);
    lock();
    int failed = next(at, name, flags);
    if (!failed) note('U', 0, 0, path, strlen(path), 0, 0);
    unlock();
    return failed;
}

int unlink(const char *name) { return unlinkat(AT_FDCWD, name, 0); }

int rmdir(const char *name) { return unlinkat(AT_FDCWD, name, AT_REMOVEDIR); }

int linkat(int from, const char *old, int to, const char *new, int flags) {
    NEXT(linkat);
    char before[PATH_MAX], after[PATH_MAX];
    if (!locate(from, old, before) || !locate(to, new, after)) return next(from, old, to, new, flags);
    lock();
    int failed = next(from, old, to, new, flags);
    if (!failed) note('L', 0, 0, before, strlen(before), after, strlen(after));
    unlock();
    return failed;
}

int link(const char *old, const char *new) { return linkat(AT_FDCWD, old, AT_FDCWD, new, 0); }

int renameat(int from, const char *old, int to, const char *new) {
    NEXT(renameat);
    char before[PATH_MAX], after[PATH_MAX];
    if (!locate(from, old, before) || !locate(to, new, after)) return next(from, old, to, new);
    lock();
    int failed = next(from, old, to, new);
    if (!failed) note('R', 0, 0, before, strlen(before), after, strlen(after));
    unlock();
    return failed;
}

int rename(const char *old, const char *new) { return renameat(AT_FDCWD, old, AT_FDCWD, new); }
