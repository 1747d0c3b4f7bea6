public import Paging

/// Why a study of translation could not be carried out.
public enum TranslationStudyError: Error, CustomStringConvertible {
  /// The tables can't be made.
  case tables(TableError)
  /// The tables for so many bytes of data would be larger than tables may be.
  case tablesTooLarge(data: UInt64, most: UInt64)
  /// The memory for the tables can't be had.
  case memory(MemoryError)
  /// The processor can't be set up.
  case registers(RegisterError)
  /// An access has no translation.
  case fault(WalkFailure)

  /// The error as a sentence.
  public var description: String {
    switch self {
    case .tables(let error): error.description
    case .tablesTooLarge(let data, let most):
      "The tables for \(data) bytes take more than \(most >> 30) GiB: take larger pages or less memory."
    case .memory(let error): error.description
    case .registers(let error): error.description
    case .fault(let failure): "The access to \(failure.guestVirtual) faults: \(failure.reason)."
    }
  }
}
