/* links MODE ADDRESS …: both ends of links, and neighbours that mean no good.
 *   connect ADDRESS SECONDS      connects and hangs up, over and over; says how often, and what it was sent
 *   key ADDRESS SECONDS          asks for key frames as fast as it can
 *   sit ADDRESS                  listens at the address and says what a reader tells it
 *   burn SECONDS                 only works
 *   write ADDRESS SECONDS        writes in real time beside others; the longest write, µs
 *   greedy ADDRESS               one reader keeps what it gets, the other must get everything
 *   fds ADDRESS, file ADDRESS    a writer that sends two descriptors at a time; one whose slot is a file it cuts
 *   raise                        a lock that is held by a thread without processor time */
#include <gst/gst.h>
#include <sched.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/element.h"
#include "common/lock.h"
#include "link/wire.h"

#include "check.h"

static gint64
deadline (const char *seconds)
{
  return g_get_monotonic_time () + atoi (seconds) * G_USEC_PER_SEC;
}

static int
open_socket (const char *address, gboolean listening)
{
  struct sockaddr_un name;
  socklen_t length;
  r58_wire_address (address, &name, &length);
  int fd = socket (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  int result = listening ? bind (fd, (void *) &name, length) : connect (fd, (void *) &name, length);
  if (result == 0 && listening)
    result = listen (fd, 8);
  if (result == 0)
    return fd;
  close (fd);
  return -1;
}

static void
connect_often (const char *address, gint64 until)
{
  guint64 tries = 0, got = 0;
  const R58WireHello hello = {{R58_WIRE_VERSION, R58_WIRE_HELLO}, 1, R58_LINK_START_LIVE, 0};
  char junk[4096];
  while (g_get_monotonic_time () < until) {
    int fd = open_socket (address, FALSE);
    tries++;
    if (fd < 0)
      continue;
    send (fd, &hello, sizeof hello, MSG_NOSIGNAL);
    struct timeval brief = { 0, 2000 };
    setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &brief, sizeof brief);
    if (tries % 64 == 0)
      got += recv (fd, junk, sizeof junk, 0) > 0;
    close (fd);
  }
  printf ("{\"tries\":%" G_GUINT64_FORMAT ",\"got\":%" G_GUINT64_FORMAT "}\n", tries, got);
}

static void
ask_often (const char *address, gint64 until)
{
  const R58WireHello hello = {{R58_WIRE_VERSION, R58_WIRE_HELLO}, 1, R58_LINK_START_LIVE, 0};
  const R58WireHead key = {R58_WIRE_VERSION, R58_WIRE_KEY_UNIT};
  char junk[65536];
  int fd;
  while ((fd = open_socket (address, FALSE)) < 0 && g_get_monotonic_time () < until)
    g_usleep (1000);
  CHECK (fd >= 0, "connect");
  send (fd, &hello, sizeof hello, 0);
  for (guint n = 0; g_get_monotonic_time () < until; n++) {
    send (fd, &key, sizeof key, MSG_NOSIGNAL);
    while (n % 100 == 0 && recv (fd, junk, sizeof junk, MSG_DONTWAIT) > 0);
  }
}

static void
sit (const char *address)
{
  int fd = open_socket (address, TRUE);
  CHECK (fd >= 0, "listen");
  printf ("sits\n");
  fflush (stdout);
  for (guint told = 0;;) {
    int peer = accept (fd, NULL, NULL);
    struct timeval brief = { 0, 50000 };
    char junk[4096];
    setsockopt (peer, SOL_SOCKET, SO_RCVTIMEO, &brief, sizeof brief);
    told += recv (peer, junk, sizeof junk, 0) > 0;
    printf ("connected, told %u\n", told);
    fflush (stdout);
    close (peer);
  }
}

/* FALSE where real time is not permitted. */
static gboolean
hurry (int priority)
{
  struct sched_param param = { .sched_priority = priority };
  return sched_setscheduler (0, SCHED_RR | SCHED_RESET_ON_FORK, &param) == 0;
}

static void
write_often (const char *address, gint64 until)
{
  R58LinkWriter *w = r58_link_writer_new (address, R58_LINK_RAW, 16, 0, 0, NULL, NULL);
  GstCaps *caps = gst_caps_from_string ("audio/x-raw");
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 4096, NULL);
  gint64 worst = 0, late = 0, due = g_get_monotonic_time ();
  gboolean real_time = hurry (1);
  r58_link_writer_set_caps (w, caps);
  printf ("writes\n");
  fflush (stdout);
  while (due < until) {
    due += 5000;
    gint64 wait = due - g_get_monotonic_time ();
    if (wait > 0)
      g_usleep (wait);
    gint64 begun = g_get_monotonic_time ();
    r58_link_writer_write (w, buffer, r58_now (), GST_CLOCK_TIME_NONE);
    worst = MAX (worst, g_get_monotonic_time () - begun);
    late = MAX (late, begun - due);
  }
  R58LinkWriterStats stats;
  r58_link_writer_get_stats (w, &stats);
  printf ("{\"realTime\":%s,\"worstUs\":%" G_GINT64_FORMAT ",\"lateUs\":%" G_GINT64_FORMAT ",\"refused\":%" G_GUINT64_FORMAT "}\n",
      real_time ? "true" : "false", worst, late, stats.refused);
}

static void
greedy (const char *address)
{
  R58LinkWriter *w = r58_link_writer_new (address, R58_LINK_RAW, 16, 0, 0, NULL, NULL);
  GstCaps *caps = gst_caps_from_string ("a/b");
  r58_link_writer_set_caps (w, caps);
  R58LinkReader *keeps[2], *other = r58_link_reader_new (address, NULL, 4, R58_LINK_START_LIVE, 0);
  for (guint i = 0; i < 2; i++) {
    keeps[i] = r58_link_reader_new (address, NULL, G_MAXUINT, R58_LINK_START_LIVE, 0);
    r58_link_reader_connect (keeps[i]);
  }
  r58_link_reader_connect (other);
  R58LinkWriterStats stats = { 0 };
  for (gint64 until = deadline ("10"); stats.readers < 3 && g_get_monotonic_time () < until; g_usleep (1000))
    r58_link_writer_get_stats (w, &stats);
  guint got = 0;
  for (guint i = 0; i < 100; i++) {
    GstBuffer *buffer = gst_buffer_new_allocate (NULL, 100000, NULL);
    r58_link_writer_write (w, buffer, r58_now (), GST_CLOCK_TIME_NONE);
    gst_buffer_unref (buffer);
    /* One keeps every frame, one every other. */
    for (guint r = 0; r < 2; r++)
      while ((buffer = r58_link_reader_read (keeps[r])))
        if (r && i % 2)
          gst_buffer_unref (buffer);
    while ((buffer = r58_link_reader_read (other))) {
      got++;
      gst_buffer_unref (buffer);
    }
    g_usleep (10000);
  }
  r58_link_writer_get_stats (w, &stats);
  CHECK (got >= 98 && stats.dropped == 0, "the other reader got %u of 100 frames, %" G_GUINT64_FORMAT " found no slot", got,
      stats.dropped);
  CHECK (stats.disconnected == 2, "%" G_GUINT64_FORMAT " readers were sent away", stats.disconnected);
}

/* ---- a writer that is not ours ---- */

static guint
count_descriptors (void)
{
  guint n = 0;
  DIR *folder = opendir ("/proc/self/fd");
  while (readdir (folder))
    n++;
  closedir (folder);
  return n;
}

static void
send_frame (int to, gsize size, int *fds, guint n_fds)
{
  R58WireFrame frame = { .head = { R58_WIRE_VERSION, R58_WIRE_FRAME }, .size = size };
  struct iovec part = { &frame, sizeof frame };
  char control[CMSG_SPACE (4 * sizeof (int))] __attribute__ ((aligned (8))) = { 0 };
  struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control,
    .msg_controllen = CMSG_SPACE (n_fds * sizeof (int)) };
  struct cmsghdr *c = CMSG_FIRSTHDR (&message);
  c->cmsg_level = SOL_SOCKET;
  c->cmsg_type = SCM_RIGHTS;
  c->cmsg_len = CMSG_LEN (n_fds * sizeof (int));
  memcpy (CMSG_DATA (c), fds, n_fds * sizeof (int));
  sendmsg (to, &message, MSG_NOSIGNAL);
}

/* A reader that is connected to a socket of ours. */
static R58LinkReader *
catch_reader (const char *address, int *to)
{
  static int listener = -1;
  if (listener < 0)
    listener = open_socket (address, TRUE);
  R58LinkReader *reader = r58_link_reader_new (address, NULL, 4, R58_LINK_START_LIVE, 0);
  CHECK (r58_link_reader_connect (reader), "connect");
  *to = accept (listener, NULL, NULL);
  struct { R58WireWelcome head; char caps[3]; } hello = { { .head = { R58_WIRE_VERSION, R58_WIRE_WELCOME } }, "a/b" };
  send (*to, &hello, sizeof hello.head + 3, 0);
  return reader;
}

static void
two_descriptors (const char *address)
{
  guint before = 0;
  for (guint i = 0; i < 60; i++) {
    int to, fd = memfd_create ("x", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    CHECK (ftruncate (fd, 65536) == 0 && fcntl (fd, F_ADD_SEALS, F_SEAL_SHRINK) == 0, "memfd");
    R58LinkReader *reader = catch_reader (address, &to);
    int fds[] = { fd, fd, fd, fd };
    send_frame (to, 65536, fds, 2 + i % 3);
    CHECK (!r58_link_reader_read (reader) && r58_link_reader_fd (reader) < 0, "such a writer is left");
    r58_link_reader_free (reader);
    close (to);
    close (fd);
    if (i == 0)
      before = count_descriptors ();
  }
  CHECK (count_descriptors () == before, "%u descriptors, %u before", count_descriptors (), before);
}

static void
cut_file (const char *address)
{
  int to;
  R58LinkReader *reader = catch_reader (address, &to);
  FILE *file = tmpfile ();
  int fd = fileno (file);
  CHECK (ftruncate (fd, 1 << 20) == 0, "file");
  send_frame (to, 1 << 20, &fd, 1);
  GstBuffer *buffer = r58_link_reader_read (reader);
  CHECK (ftruncate (fd, 0) == 0, "file");
  GstMapInfo map;
  if (buffer && gst_buffer_map (buffer, &map, GST_MAP_READ))
    for (gsize i = 0; i < map.size; i += 4096)
      check_state += map.data[i];
  CHECK (!buffer, "a slot must be sealed memory");
}

/* ---- locks ---- */

static R58Lock lock;
static gint held, let_go;

static void
one_processor (void)
{
  cpu_set_t set;
  CPU_ZERO (&set);
  CPU_SET (sched_getcpu (), &set);
  sched_setaffinity (0, sizeof set, &set);
}

static gpointer
burn (gpointer data)
{
  volatile guint64 n = 0;
  while (!g_atomic_int_get (&let_go))
    n++;
  return NULL;
}

/* Has the least of the processor that there is, and works for 20 ms of it under the lock. */
static gpointer
hold (gpointer data)
{
  struct timespec begun, now;
  setpriority (PRIO_PROCESS, gettid (), 19);
  r58_lock (&lock);
  g_atomic_int_set (&held, TRUE);
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &begun);
  do
    clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  while ((now.tv_sec - begun.tv_sec) * 1000000 + (now.tv_nsec - begun.tv_nsec) / 1000 < 20000);
  r58_unlock (&lock);
  return NULL;
}

static void
raise_holder (void)
{
  r58_lock_init (&lock);
  one_processor ();
  GThread *holder = g_thread_new ("hold", hold, NULL), *burners[8];
  while (!g_atomic_int_get (&held))
    g_usleep (100);
  for (guint i = 0; i < G_N_ELEMENTS (burners); i++)
    burners[i] = g_thread_new ("burn", burn, NULL);
  gboolean real_time = hurry (2);
  gint64 begun = g_get_monotonic_time ();
  r58_lock (&lock);
  gint64 waited = g_get_monotonic_time () - begun;
  r58_unlock (&lock);
  g_atomic_int_set (&let_go, TRUE);
  g_thread_join (holder);
  for (guint i = 0; i < G_N_ELEMENTS (burners); i++)
    g_thread_join (burners[i]);
  printf ("{\"realTime\":%s,\"waitedUs\":%" G_GINT64_FORMAT "}\n", real_time ? "true" : "false", waited);
}

int
main (int argc, char **argv)
{
  const char *mode = argv[1], *address = argc > 2 ? argv[2] : NULL;
  gst_init (NULL, NULL);
  if (g_str_equal (mode, "connect"))
    connect_often (address, deadline (argv[3]));
  else if (g_str_equal (mode, "key"))
    ask_often (address, deadline (argv[3]));
  else if (g_str_equal (mode, "sit"))
    sit (address);
  else if (g_str_equal (mode, "burn"))
    for (gint64 until = deadline (argv[2]); g_get_monotonic_time () < until;);
  else if (g_str_equal (mode, "write"))
    write_often (address, deadline (argv[3]));
  else if (g_str_equal (mode, "greedy"))
    greedy (address);
  else if (g_str_equal (mode, "fds"))
    two_descriptors (address);
  else if (g_str_equal (mode, "file"))
    cut_file (address);
  else
    raise_holder ();
  fflush (stdout);
  _exit (0); /* what is still connected goes with the process */
}
