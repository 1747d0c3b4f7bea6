/// A bandwidth that those who use it at one time share in equal parts: a memory that is zeroed.
public struct Bandwidth: Sendable, Hashable {
  /// What it is called in reports.
  public let name: String
  /// The bytes that pass in a second, for all.
  public let bytesPerSecond: Int64
  /// The bytes that pass in a second, for one.
  public let mostForOne: Int64

  /// A bandwidth.
  public init(_ name: String, bytesPerSecond: Int64, mostForOne: Int64) {
    self.name = name
    self.bytesPerSecond = bytesPerSecond
    self.mostForOne = mostForOne
  }
}
