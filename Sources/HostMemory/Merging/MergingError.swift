/// Why merging refuses a request.
public enum MergingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The setting can't change while pages are merged.
  case busy(setting: String, shared: Int)
  /// One copy needs room for two mappings.
  case tooLittleSharing(Int)
  /// A wake-up must visit something.
  case noPagesToScan(Int)
  /// Pages are numbered with 31 bits.
  case tooManyPages(Int)
  /// A range in 2M pages is a multiple of 512 small ones.
  case brokenHugePage(pages: Int)

  /// The error as a sentence.
  public var description: String {
    switch self {
    case .busy(let setting, let shared):
      "\(setting) can't change while \(shared) pages are shared; unmerge them first."
    case .tooLittleSharing(let number):
      "max_page_sharing \(number) is refused: it must be at least 2."
    case .noPagesToScan(let number):
      "pages_to_scan \(number) is refused: it must be at least 1."
    case .tooManyPages(let pages):
      "\(pages) pages are refused: at most \(Int(Int32.max) - 1) can be tracked."
    case .brokenHugePage(let pages):
      "A range of \(pages) pages in 2M pages is refused: it must be a multiple of 512."
    }
  }
}
