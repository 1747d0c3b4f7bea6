#include "CYaml.h"

#include <stdlib.h>
#include <string.h>

#if !__has_include(<yaml.h>)
#error "libyaml is missing: install Debian's package libyaml-dev (apt-get install libyaml-dev)"
#else
#include <yaml.h>

struct cyaml_parser {
  yaml_parser_t parser;
  yaml_event_t event;
  uint8_t *text;
};

cyaml_parser *cyaml_open(const uint8_t *text, size_t length) {
  cyaml_parser *result = calloc(1, sizeof *result);
  if (result == NULL) {
    return NULL;
  }
  // The copy spares the caller to keep the text in its place.
  result->text = malloc(length + 1);
  if (result->text == NULL || !yaml_parser_initialize(&result->parser)) {
    free(result->text);
    free(result);
    return NULL;
  }
  if (length > 0) {
    memcpy(result->text, text, length);
  }
  yaml_parser_set_input_string(&result->parser, result->text, length);
  yaml_parser_set_encoding(&result->parser, YAML_UTF8_ENCODING);
  return result;
}

static cyaml_event failure(const yaml_parser_t *parser) {
  cyaml_event result = {.kind = CYAML_ERROR};
  if (parser->error == YAML_MEMORY_ERROR) {
    result.kind = CYAML_NO_MEMORY;
    return result;
  }
  // An error of the reader has no mark: it is where the characters end that it could decode.
  result.character = parser->error == YAML_READER_ERROR ? parser->mark.index + parser->unread
                                                         : parser->problem_mark.index;
  result.context = parser->context != NULL ? parser->context_mark.index : result.character;
  if (parser->problem != NULL) {
    result.text = (const uint8_t *)parser->problem;
    result.length = strlen(parser->problem);
  }
  return result;
}

cyaml_event cyaml_next(cyaml_parser *parser) {
  yaml_event_delete(&parser->event);
  if (!yaml_parser_parse(&parser->parser, &parser->event)) {
    memset(&parser->event, 0, sizeof parser->event);
    return failure(&parser->parser);
  }
  const yaml_event_t *event = &parser->event;
  cyaml_event result = {
      .kind = CYAML_OTHER, .character = event->start_mark.index, .context = event->start_mark.index};
  switch (event->type) {
    case YAML_STREAM_END_EVENT:
      result.kind = CYAML_END;
      break;
    case YAML_DOCUMENT_START_EVENT:
      result.kind = CYAML_DOCUMENT;
      break;
    case YAML_SCALAR_EVENT:
      result.kind = CYAML_SCALAR;
      result.text = event->data.scalar.value;
      result.length = event->data.scalar.length;
      result.is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
      result.has_anchor = event->data.scalar.anchor != NULL;
      result.has_tag = event->data.scalar.tag != NULL;
      break;
    case YAML_SEQUENCE_START_EVENT:
      result.kind = CYAML_SEQUENCE;
      result.has_anchor = event->data.sequence_start.anchor != NULL;
      result.has_tag = event->data.sequence_start.tag != NULL;
      break;
    case YAML_SEQUENCE_END_EVENT:
      result.kind = CYAML_SEQUENCE_END;
      break;
    case YAML_MAPPING_START_EVENT:
      result.kind = CYAML_MAPPING;
      result.has_anchor = event->data.mapping_start.anchor != NULL;
      result.has_tag = event->data.mapping_start.tag != NULL;
      break;
    case YAML_MAPPING_END_EVENT:
      result.kind = CYAML_MAPPING_END;
      break;
    case YAML_ALIAS_EVENT:
      result.kind = CYAML_ALIAS;
      break;
    default:
      break;
  }
  return result;
}

void cyaml_close(cyaml_parser *parser) {
  if (parser == NULL) {
    return;
  }
  yaml_event_delete(&parser->event);
  yaml_parser_delete(&parser->parser);
  free(parser->text);
  free(parser);
}
#endif
