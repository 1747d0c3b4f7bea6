/// libyaml's words for a broken rule, as what was found and what would be right.
enum YAMLRule {
  /// Whether the place to mend is where the quote or the key begins, and not where it is missed.
  static func isNoticedLate(_ words: String) -> Bool {
    words == "found unexpected end of stream" || words == "could not find expected ':'"
  }

  static func sentence(for words: String) -> String {
    switch words {
    case "mapping values are not allowed in this context":
      "a second “:” stands in the line; quote a text that holds “: ”, or begin a new line"
    case "block sequence entries are not allowed in this context":
      "a “- ” stands where no list can begin; put the list on lines of its own below its key"
    case "could not find expected ':'":
      "a key has no “:” behind it; write “key: value”"
    case "did not find expected key":
      "the line does not fit those before it; give keys of one mapping the same indentation"
    case "did not find expected '-' indicator":
      "the line does not fit the list before it; begin it with “- ” or indent it further"
    case "did not find expected ',' or ']'":
      "a list that “[” opened is not closed; write “,” and a value, or “]”"
    case "did not find expected ',' or '}'":
      "a mapping that “{” opened is not closed; write “,” and a key, or “}”"
    case "did not find expected node content":
      "a value is missing; write one, or take the comma or bracket away"
    case "found character that cannot start any token":
      "no value begins with this character; quote the text"
    case "found unexpected end of stream":
      "the text ends inside quotes; close them"
    case "found unexpected document indicator":
      "“---” or “...” stands inside quotes; close them"
    case "found unknown escape character", "did not find expected hexdecimal number",
      "found invalid Unicode character escape code":
      "the backslash begins no escape of YAML; write “\\\\” for a backslash, or use single quotes"
    case "did not find expected <document start>":
      "something stands where the file should end; indent it, or take it away"
    case "found a tab character that violates indentation",
      "found a tab character where an indentation space is expected":
      "a tab indents the line; indent with spaces"
    case "did not find expected comment or line break":
      "something stands behind “|” or “>”; begin the text on the next line"
    case "found incompatible YAML document", "found unknown directive name",
      "found duplicate %YAML directive", "found duplicate %TAG directive":
      "a line of “%” stands here; leave it out"
    case "did not find expected alphabetic or numeric character":
      "“&” or “*” stands without a name; quote the text"
    case "found undefined tag handle", "did not find expected tag URI",
      "did not find expected '!'":
      "a tag (“!”) or a line of “%” stands here; leave it out, or quote it if it is a text"
    case "": "this is no YAML; write “key: value” on each line"
    default: "this is no YAML (\(words)); write “key: value” on each line"
    }
  }
}
