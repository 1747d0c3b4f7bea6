/// One line of a merging script: something that happens to memory or to its scanner.
public enum MergingScriptStep: Hashable, Sendable {
  /// `kernel MAJOR.MINOR`: the release whose rules hold.
  case kernel(major: Int, minor: Int)
  /// `set NAME VALUE`: a setting under the kernel's name.
  case set(MergingSettingName, Int)
  /// `space PAGES [huge]`: more memory for merging; spaces are numbered from 0.
  case space(pages: Int, isHuge: Bool)
  /// `fill SPACE FIRST COUNT CONTENT`: pages of one content are written.
  case fill(MergingScriptPages, PageContent)
  /// `unique SPACE FIRST COUNT CONTENT`: pages are written, each with the next content.
  case unique(MergingScriptPages, PageContent)
  /// `drop SPACE FIRST COUNT`: pages are given back.
  case drop(MergingScriptPages)
  /// `wake COUNT`: so many wake-ups.
  case wake(Int)
  /// `scan COUNT`: wake-ups until so many scans of all memory have ended.
  case scan(Int)
  /// `unmerge`: every page is the VM's own again, and all records are forgotten.
  case unmerge
  /// `counters`: the counters are printed.
  case counters

  /// The step that a line says; `nil` for an empty line or a comment, which starts with `#`.
  public init?(line: String) throws(MergingScriptError) {
    var words = MergingScriptWords(line)
    guard let verb = words.next() else { return nil }
    switch verb {
    case "kernel":
      let release = try words.release()
      self = .kernel(major: release.major, minor: release.minor)
    case "set":
      let name = try words.setting()
      self = .set(name, try words.number("a value", in: name.values))
    case "space":
      let pages = try words.number("a number of pages", in: 1...1 << 28)
      let kind = words.next()
      guard kind == nil || kind == "huge" else {
        throw words.problem(
          "“\(kind ?? "")” is no kind of memory; “huge” or nothing would be right")
      }
      self = .space(pages: pages, isHuge: kind != nil)
    case "fill": self = .fill(try words.pages(), try words.content())
    case "unique": self = .unique(try words.pages(), try words.content())
    case "drop": self = .drop(try words.pages())
    case "wake": self = .wake(try words.number("a number of wake-ups", in: 1...1_000_000_000))
    case "scan": self = .scan(try words.number("a number of scans", in: 1...1_000_000))
    case "unmerge": self = .unmerge
    case "counters": self = .counters
    default:
      throw words.problem(
        "“\(verb)” is no step; kernel, set, space, fill, unique, drop, wake, scan, unmerge or"
          + " counters would be right")
    }
    try words.end()
  }
}

/// Pages of a space that a script names.
public struct MergingScriptPages: Hashable, Sendable {
  /// The number of the space.
  public let space: Int
  /// The first page, counted from the space's start.
  public let first: Int
  /// How many they are.
  public let count: Int

  /// Pages of a space.
  public init(space: Int, first: Int, count: Int) {
    self.space = space
    self.first = first
    self.count = count
  }
}
