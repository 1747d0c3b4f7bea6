import Paging
import Records

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The benchmarks' command.
@main
enum Program {
  private static let usage = """
    usage: nestwalk-bench walk|observer|map|tlb [--rounds N] [--only TEXT] [--pages N] [--json FILE]

      walk      a cold walk of every pair of formats, beside C that makes the dependent loads
      observer  the same walks with a counting observer, beside walks without
      map       mapping 4 GiB in the smallest pages, beside C that writes the entries
      tlb       accesses through TLBs: hits beside C that looks them up, misses beside C that walks

      --rounds N    measure N times in turn and take the best of each
      --only TEXT   only the rows of walk whose name contains TEXT
      --pages N     walk N guest pages, a power of two (512 and 262144)
      --json FILE   write the rows as JSON as well

    Times are nanoseconds for one operation. Only the ratio to the floor, measured in the same run,
    says something on a machine that others use too.

    """

  static func main() {
    var arguments = CommandLine.arguments.dropFirst()
    guard let benchmark = arguments.popFirst() else { stop(usage, status: 2) }
    if benchmark == "--help" { stop(usage, status: 0) }
    var rounds: Int?
    var pages: Int?
    var only = ""
    var file: String?
    while let option = arguments.popFirst() {
      guard let value = arguments.popFirst() else { stop("\(option) needs a value.\n", status: 2) }
      switch option {
      case "--rounds": rounds = positive(value, option)
      case "--pages": pages = positive(value, option)
      case "--only": only = value
      case "--json": file = value
      default: stop("There is no option \(option).\n\n\(usage)", status: 2)
      }
    }
    if let pages, pages.nonzeroBitCount != 1 || !(512...262_144 ~= pages) {
      stop(
        "--pages \(pages) is refused: it must be a power of two from 512 to 262144.\n", status: 2)
    }
    var rows: [BenchmarkRow] = []
    let report = { (row: BenchmarkRow) in
      if rows.isEmpty { print(BenchmarkRow.heads) }
      print(row.line)
      rows.append(row)
    }
    do {
      switch benchmark {
      case "walk":
        var walk = WalkBenchmark(filter: only)
        if let rounds { walk.rounds = rounds }
        if let pages { walk.pageCounts = [pages] }
        try walk.run(report)
      case "observer":
        var observer = ObserverBenchmark()
        if let rounds { observer.rounds = rounds }
        try observer.run(report)
      case "map":
        var map = MapBenchmark()
        if let rounds { map.rounds = rounds }
        try map.run(report)
      case "tlb":
        var tlb = TLBBenchmark()
        if let rounds { tlb.rounds = rounds }
        try tlb.run(report)
      default: stop("There is no benchmark \(benchmark).\n\n\(usage)", status: 2)
      }
    } catch {
      stop("\(error)\n", status: 1)
    }
    if let file { save(rows, file) }
  }

  private static func positive(_ text: String, _ option: String) -> Int {
    guard let number = Int(text), number > 0 else {
      stop("\(option) \(text) is refused: it must be a positive integer.\n", status: 2)
    }
    return number
  }

  private static func save(_ rows: [BenchmarkRow], _ file: String) {
    var writer = JSONWriter(.indented)
    writer.beginObject()
    writer.key("rows")
    writer.beginArray()
    for row in rows {
      writer.beginObject()
      writer.key("name")
      writer.value(row.name)
      writer.key("pages")
      writer.value(row.pages)
      writer.key("ns")
      writer.decimal(row.ns, places: 3)
      writer.key("floorNs")
      writer.decimal(row.floorNs, places: 3)
      writer.key("ratio")
      writer.decimal(row.ratio, places: 3)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    writer.endLine()
    let descriptor = file == "-" ? 1 : unsafe open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    guard descriptor >= 0 else { stop("\(file) can't be written.\n", status: 1) }
    guard put(writer.bytes, descriptor) else { stop("\(file) can't be written.\n", status: 1) }
  }

  /// Writes all of the bytes, and says whether that went well.
  @discardableResult
  private static func put(_ bytes: [UInt8], _ descriptor: Int32) -> Bool {
    var left = bytes[...]
    while !left.isEmpty {
      let written = unsafe left.withUnsafeBytes { bytes in
        unsafe write(descriptor, bytes.baseAddress, bytes.count)
      }
      guard written > 0 else { return false }
      left = left.dropFirst(written)
    }
    return true
  }

  private static func stop(_ message: String, status: Int32) -> Never {
    put(Array(message.utf8), status == 0 ? 1 : 2)
    exit(status)
  }
}
