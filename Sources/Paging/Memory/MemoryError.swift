/// Why a region can't be added to a memory.
public enum MemoryError: Error, Sendable, Hashable, CustomStringConvertible {
  case notWholeWords(bytes: Int)
  case misaligned(base: HostPhysical)
  case tooHigh(base: HostPhysical, bytes: Int)
  case overlapping(base: HostPhysical, bytes: Int, other: HostPhysical)
  case tooManyRegions(limit: Int)
  case noRoom(bytes: Int)

  /// The refusal as a sentence.
  public var description: String {
    switch self {
    case .notWholeWords(let bytes):
      "A region of \(bytes) bytes is refused: its size must be a positive multiple of 8."
    case .misaligned(let base):
      "A region at \(base) is refused: its base must be a multiple of 8."
    case .tooHigh(let base, let bytes):
      "A region of \(bytes) bytes at \(base) is refused: it ends above 56 bits of physical address."
    case .overlapping(let base, let bytes, let other):
      "A region of \(bytes) bytes at \(base) is refused: it overlaps the one at \(other)."
    case .tooManyRegions(let limit):
      "One more region is refused: a memory has at most \(limit)."
    case .noRoom(let bytes):
      "A region of \(bytes) bytes is refused: the system has no room for it."
    }
  }
}
