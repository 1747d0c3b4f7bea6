internal import Records

/// A zone of a node's memory with the marks at which the kernel begins to take memory back.
public struct MemoryZone: Sendable, Hashable {
  /// The number of its node.
  public let node: Int
  /// The kernel's name of it, such as `Normal`.
  public let name: String
  /// The pages that the allocator has.
  public var managedPages: UInt64 = 0
  /// The pages that are free.
  public var freePages: UInt64 = 0
  /// Below so many free pages only the kernel itself may allocate.
  public var minPages: UInt64 = 0
  /// Below so many free pages the kernel takes pages back.
  public var lowPages: UInt64 = 0
  /// At so many free pages it stops.
  public var highPages: UInt64 = 0

  /// The counts of pages that are read beside those that are free.
  private static let counted = ["boost", "min", "low", "high", "managed"]

  /// A zone of which nothing is known yet.
  init(node: Int, name: String) {
    self.node = node
    self.name = name
  }

  /// The zones of `/proc/zoneinfo` that hold memory; what is wrong is added to `problems`.
  static func all(
    _ bytes: [UInt8], name file: String, _ problems: inout [ImportProblem]
  ) -> [Self] {
    var zones: [Self] = []
    // What the kernel has raised a zone's marks by, until kswapd has made whole blocks free again. The
    // file's marks are with it (min_wmark_pages in include/linux/mmzone.h), the host's own without.
    var boost: UInt64 = 0
    for (index, line) in String(decoding: bytes, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false
    ).enumerated() {
      let words = line.split { $0 == " " || $0 == "\t" || $0 == "," }
      if words.first == "Node", !line.hasPrefix(" ") {
        guard words.count == 4, let node = Int(words[1]), 0...65_535 ~= node, words[2] == "zone"
        else {
          problems.append(
            ImportProblem(
              "“\(line.prefix(60))” names no zone; it must be such as “Node 0, zone Normal”",
              in: file, at: TextPosition(line: index + 1, column: 1)))
          continue
        }
        zones.append(Self(node: node, name: String(words[3])))
        boost = 0
        continue
      }
      // `pages free 12` and then a line each; `high:` with a colon is a processor's list.
      let isFree = words.count == 3 && words[0] == "pages" && words[1] == "free"
      guard !zones.isEmpty, isFree || words.count == 2,
        isFree || Self.counted.contains(String(words[0]))
      else { continue }
      guard let number = UInt64(words[words.count - 1]), number < 1 << 52 else {
        problems.append(
          ImportProblem(
            "“\(line.prefix(60))” has no number of pages; it must be such as “min 16”", in: file,
            at: TextPosition(line: index + 1, column: 1)))
        continue
      }
      let last = zones.count - 1
      switch words[words.count - 2] {
      case "free": zones[last].freePages = number
      case "boost": boost = number
      case "min": zones[last].minPages = number - min(boost, number)
      case "low": zones[last].lowPages = number - min(boost, number)
      case "high": zones[last].highPages = number - min(boost, number)
      case "managed": zones[last].managedPages = number
      default: break
      }
    }
    return zones.filter { $0.managedPages > 0 }
  }
}
