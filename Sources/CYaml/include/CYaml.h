#ifndef CYAML_H
#define CYAML_H

#include <stddef.h>
#include <stdint.h>

// What the reader of documents needs of libyaml's event parser, without its structures: a text goes
// in, events come out one by one. libyaml's own header is needed only where this is compiled.

typedef struct cyaml_parser cyaml_parser;

enum cyaml_kind {
  CYAML_END,            // the end of the text
  CYAML_DOCUMENT,       // a document begins
  CYAML_SCALAR,
  CYAML_SEQUENCE,       // a sequence begins
  CYAML_SEQUENCE_END,
  CYAML_MAPPING,        // a mapping begins
  CYAML_MAPPING_END,
  CYAML_ALIAS,
  CYAML_OTHER,          // an event that says nothing here
  CYAML_ERROR,          // the text is not YAML
  CYAML_NO_MEMORY
};

typedef struct {
  enum cyaml_kind kind;
  // Where it begins, in characters from 0: a pair of CR and LF counts as two.
  size_t character;
  // Where that begins which is wrong, if the place above is where it was noticed.
  size_t context;
  // A scalar's text, or what is wrong; valid until the next event is asked for.
  const uint8_t *text;
  size_t length;
  // Whether a scalar stands without quotes and without a block indicator.
  int is_plain;
  int has_anchor;
  int has_tag;
} cyaml_event;

// A parser of a copy of the text, or NULL without memory.
cyaml_parser *cyaml_open(const uint8_t *text, size_t length);

// The next event. After CYAML_END, CYAML_ERROR or CYAML_NO_MEMORY none may be asked for.
cyaml_event cyaml_next(cyaml_parser *parser);

void cyaml_close(cyaml_parser *parser);

#endif
