/// A list of numbers as the kernel and libvirt write it, `0-3,8`: of processors, or of nodes.
enum ProcessorList {
  /// How many numbers a list names; nothing where it is none.
  static func count(_ text: String) -> Int? {
    guard let ranges = ranges(text) else { return nil }
    return ranges.reduce(0) { $0 + $1.count }
  }

  /// The numbers that a list names, if there are not too many; `^2` takes one away.
  static func numbers(_ text: String, most: Int) -> [Int]? {
    let parts = text.split(separator: ",")
    let taken = parts.filter { $0.hasPrefix("^") }
    let without = taken.compactMap { Int($0.dropFirst()) }
    guard without.count == taken.count,
      let ranges = ranges(parts.filter { !$0.hasPrefix("^") }.joined(separator: ",")),
      ranges.reduce(0, { $0 + $1.count }) <= most
    else { return nil }
    return Array(Set(ranges.joined()).subtracting(without)).sorted()
  }

  private static func ranges(_ text: String) -> [ClosedRange<Int>]? {
    guard !text.isEmpty else { return [] }
    var ranges: [ClosedRange<Int>] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false)
      guard 1...2 ~= ends.count, let first = Int(ends[0]), let last = Int(ends[ends.count - 1]),
        0...max(last, 0) ~= first, 0..<(1 << 20) ~= last
      else { return nil }
      ranges.append(first...last)
    }
    return ranges
  }
}
