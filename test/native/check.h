/* What the programs of this folder share: numbers that are the same for the same seed, and checks that end with a reason. */
#pragma once

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static guint64 check_state = 88172645463325252u;

static inline void
check_seed (guint64 seed)
{
  check_state = seed * 0x9e3779b97f4a7c15u + 1;
}

/* xorshift64 */
static inline guint32
check_random (void)
{
  check_state ^= check_state << 13;
  check_state ^= check_state >> 7;
  check_state ^= check_state << 17;
  return check_state >> 16;
}

static inline guint32
check_below (guint32 n)
{
  return n ? check_random () % n : 0;
}

/* From 0 to 1. */
static inline double
check_share (void)
{
  return check_random () / 4294967295.0;
}

#define CHECK(good, ...) \
  G_STMT_START { \
    if (!(good)) { \
      printf ("%s:%d: %s: ", __FILE__, __LINE__, #good); \
      printf (__VA_ARGS__); \
      printf ("\n"); \
      exit (1); \
    } \
  } G_STMT_END
