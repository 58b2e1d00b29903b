/* What r58linksrc and r58linksink have in common as elements: the properties of a link's end, and the command `key-unit`. */
#pragma once

#include "common/element.h"
#include "link/link.h"

G_BEGIN_DECLS

/* Properties that both have; each continues with its own. */
enum { R58_LINK_ADDRESS = 1, R58_LINK_MODE, R58_LINK_CAPS, R58_LINK_COMMAND, R58_LINK_PROPS };

/* How a property is set that must be before the element starts. */
#define R58_LINK_PARAM (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)

typedef struct {
  gchar *address;
  R58LinkMode mode;
  GstCaps *caps; /* under the object lock; NULL = any */
} R58LinkEnd;

typedef struct {
  const gchar *address, *mode, *caps, *command;
} R58LinkTexts;

void r58_link_end_install (GObjectClass *klass, const R58LinkTexts *texts);
/* FALSE when it is none of these properties. Commands call `key_unit` or are refused. */
gboolean r58_link_end_set (R58LinkEnd *end, GstElement *element, guint id, const GValue *value,
    void (*key_unit) (GstElement *element));
gboolean r58_link_end_get (R58LinkEnd *end, GstElement *element, guint id, GValue *value);
/* As of get_caps of GstBaseSrc and GstBaseSink. */
GstCaps *r58_link_end_caps (R58LinkEnd *end, GstElement *element, GstCaps *filter);
void r58_link_end_clear (R58LinkEnd *end);

G_END_DECLS
