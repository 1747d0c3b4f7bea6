/// Why a recorded boot can't be made a guest of another size.
public enum GuestProfileProblem: Error, Sendable, Hashable, CustomStringConvertible {
  /// The memory is not a multiple of 1 MiB.
  case unevenMemory(bytes: UInt64)
  /// The recorded pages at the start and at the end of memory would meet.
  case memoryTooSmall(bytes: UInt64, leastBytes: UInt64)
  /// The memory is larger than the model's addresses.
  case memoryTooLarge(bytes: UInt64, mostBytes: UInt64)
  /// No instruction is executed in a microsecond.
  case noSpeed

  /// The problem as a sentence.
  public var description: String {
    switch self {
    case .unevenMemory(let bytes):
      "The memory is \(bytes) bytes: it must be whole mebibytes."
    case .memoryTooSmall(let bytes, let least):
      "The memory is \(bytes >> 20) MiB: this recorded boot needs at least \(least >> 20) MiB."
    case .memoryTooLarge(let bytes, let most):
      "The memory is \(bytes >> 20) MiB: it can be \(most >> 20) MiB at most."
    case .noSpeed: "A processor must execute at least one instruction in a microsecond."
    }
  }
}
