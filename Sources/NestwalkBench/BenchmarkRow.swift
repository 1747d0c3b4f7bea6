import Console
import Records

/// What a benchmark says: the time of one operation, beside that of its floor in the same run; or the
/// bytes of memory that it takes, beside the fewest that there can be.
struct BenchmarkRow {
  /// What is measured.
  enum Measure {
    case nanoseconds
    case bytes
  }

  var measure = Measure.nanoseconds
  let name: String
  let pages: Int
  let ns: Double
  /// The time of the floor, where there is one.
  let floorNs: Double?

  var ratio: Double? { floorNs.map { ns / $0 } }

  /// The operations of a minute in millions, of the model and of its floor.
  var millionsPerMinute: Double { 60_000 / ns }
  var floorMillionsPerMinute: Double? { floorNs.map { 60_000 / $0 } }

  /// The heads of the columns.
  static let heads =
    TextLayout.column("name", 30) + "   pages       ns  floorNs  ratio   M/min    floor"

  /// The row as a line of the table.
  var line: String {
    TextLayout.column(name, 30) + TextLayout.right(String(pages), 8)
      + TextLayout.right(TextLayout.decimal(ns, ns < 100_000 ? 2 : 0), 9)
      + TextLayout.right(Self.decimal(floorNs, 2), 9)
      + TextLayout.right(Self.decimal(ratio, 2), 7)
      + rates
  }

  private var rates: String {
    guard measure == .nanoseconds else { return TextLayout.right("bytes", 8) }
    return TextLayout.right(TextLayout.decimal(millionsPerMinute, 0), 8)
      + TextLayout.right(Self.decimal(floorMillionsPerMinute, 0), 9)
  }

  private static func decimal(_ number: Double?, _ digits: Int) -> String {
    number.map { TextLayout.decimal($0, digits) } ?? "-"
  }

  /// Rows as JSON.
  static func json(_ rows: [BenchmarkRow]) -> [UInt8] {
    var writer = JSONWriter(.indented)
    writer.beginObject()
    writer.key("rows")
    writer.beginArray()
    for row in rows { row.write(&writer) }
    writer.endArray()
    writer.endObject()
    writer.endLine()
    return writer.bytes
  }

  private func write(_ writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("name")
    writer.value(name)
    writer.key("pages")
    writer.value(pages)
    writer.key(measure == .bytes ? "bytes" : "ns")
    writer.decimal(ns, places: 3)
    if let floorNs {
      writer.key(measure == .bytes ? "floorBytes" : "floorNs")
      writer.decimal(floorNs, places: 3)
    }
    if let ratio {
      writer.key("ratio")
      writer.decimal(ratio, places: 3)
    }
    guard measure == .nanoseconds else { return writer.endObject() }
    writer.key("millionsPerMinute")
    writer.decimal(millionsPerMinute, places: 1)
    if let floorMillionsPerMinute {
      writer.key("floorMillionsPerMinute")
      writer.decimal(floorMillionsPerMinute, places: 1)
    }
    writer.endObject()
  }
}

extension Duration {
  /// The duration in nanoseconds.
  var nanoseconds: Double {
    Double(components.seconds) * 1e9 + Double(components.attoseconds) / 1e9
  }
}
