internal import CYaml

/// libyaml's parser on one text, which it owns: the one file of this module that holds a pointer.
@safe
struct YAMLEvents: ~Copyable {
  /// An event of the text, where it begins counted in characters from 0.
  struct Event {
    var kind: Kind
    var character: Int
    var hasAnchor = false
    var hasTag = false
  }

  /// What begins, ends or stands at a place of the text.
  enum Kind {
    case end, document, sequence, sequenceEnd, mapping, mappingEnd, alias, other, noMemory
    case scalar(String, isPlain: Bool)
    /// The text breaks a rule; libyaml says which, and where what breaks it begins.
    case failure(String, start: Int)
  }

  private let parser: OpaquePointer?
  private var isAtEnd = false

  init(_ text: [UInt8]) {
    unsafe parser = text.withUnsafeBufferPointer {
      unsafe cyaml_open($0.baseAddress, $0.count)
    }
  }

  deinit {
    unsafe cyaml_close(parser)
  }

  /// The next event; after the end, or a failure, it is the end again and again.
  mutating func next() -> Event {
    guard !isAtEnd else { return Event(kind: .end, character: 0) }
    guard let parser = unsafe parser else {
      isAtEnd = true
      return Event(kind: .noMemory, character: 0)
    }
    let event = unsafe cyaml_next(parser)
    let text = unsafe UnsafeBufferPointer(start: event.text, count: event.length)
    let kind: Kind
    switch unsafe event.kind {
    case CYAML_END: kind = .end
    case CYAML_DOCUMENT: kind = .document
    case CYAML_SCALAR:
      kind = .scalar(
        unsafe String(decoding: text, as: UTF8.self), isPlain: unsafe event.is_plain != 0)
    case CYAML_SEQUENCE: kind = .sequence
    case CYAML_SEQUENCE_END: kind = .sequenceEnd
    case CYAML_MAPPING: kind = .mapping
    case CYAML_MAPPING_END: kind = .mappingEnd
    case CYAML_ALIAS: kind = .alias
    case CYAML_ERROR:
      kind = .failure(
        unsafe String(decoding: text, as: UTF8.self), start: unsafe event.context)
    case CYAML_NO_MEMORY: kind = .noMemory
    default: kind = .other
    }
    switch kind {
    case .end, .failure, .noMemory: isAtEnd = true
    default: break
    }
    return Event(
      kind: kind, character: unsafe event.character,
      hasAnchor: unsafe event.has_anchor != 0, hasTag: unsafe event.has_tag != 0)
  }
}
