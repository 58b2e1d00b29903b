/* The memfd slots of a raw link, as a GstAllocator: upstream elements write their frames straight into them. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct {
  guint index;        /* below R58_WIRE_SLOTS, unique among the living */
  guint64 generation; /* never used twice */
  gint fd;
  gsize size;
} R58LinkSlot;

/* Slots come into being when they are needed, up to `max_slots`; gst_allocator_alloc() hands out system memory beyond
 * that, so that an upstream pool neither blocks nor fails. */
GstAllocator *r58_link_slots_new (guint max_slots);
/* A slot for the link's own copy, or NULL when none is free. */
GstMemory *r58_link_slots_take (GstAllocator *slots, gsize size);
/* The slot that `memory` lives in, or NULL when it is not one of `slots`. */
const R58LinkSlot *r58_link_slots_find (GstAllocator *slots, GstMemory *memory);
/* Somebody who cannot be asked may go on reading this slot: destroy it when free instead of using it again. */
void r58_link_slots_spend (GstBuffer *buffer);

G_END_DECLS
