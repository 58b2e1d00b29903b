/* What the libFuzzer targets of this folder share: an input is read from front to back, and what must hold ends with a trap, so
 * that the input is kept. */
#pragma once

#include <gst/gst.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MUST(good, ...) \
  G_STMT_START { \
    if (!(good)) { \
      fprintf (stderr, "%s:%d: %s: ", __FILE__, __LINE__, #good); \
      fprintf (stderr, __VA_ARGS__); \
      fprintf (stderr, "\n"); \
      __builtin_trap (); \
    } \
  } G_STMT_END

typedef struct {
  const guint8 *at;
  gsize left;
} Input;

/* So many bytes, or what is left. */
static inline const guint8 *
input_bytes (Input *in, gsize *size)
{
  const guint8 *from = in->at;
  *size = MIN (*size, in->left);
  in->at += *size;
  in->left -= *size;
  return from;
}

static inline guint
input_byte (Input *in)
{
  gsize size = 1;
  const guint8 *byte = input_bytes (in, &size);
  return size ? *byte : 0;
}

static inline guint
input_word (Input *in)
{
  guint high = input_byte (in);
  return high << 8 | input_byte (in);
}

/* The lowest descriptor that is free: the same before and after what closes all that it opened. */
static inline int
free_descriptor (void)
{
  int fd = dup (0);
  close (fd);
  return fd;
}

static inline GstBuffer *
input_buffer (Input *in, gsize size)
{
  const guint8 *data = input_bytes (in, &size);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);
  gst_buffer_fill (buffer, 0, data, size);
  return buffer;
}

/* What GStreamer complains about is an error too. */
static inline void
fuzz_begin (void)
{
  g_setenv ("GST_REGISTRY_DISABLE", "yes", TRUE);
  gst_init (NULL, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
}

int LLVMFuzzerInitialize (int *argc, char ***argv);
int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);
