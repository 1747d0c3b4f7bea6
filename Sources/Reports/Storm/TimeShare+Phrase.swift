package import Studies

extension TimeShare {
  /// What it is, in a few words.
  package var phrase: String {
    switch self {
    case .guest: "the guests' own work"
    case .exit: "exits and entries"
    case .decode: "finding what is wanted"
    case .allocate: "frames and host tables"
    case .zero: "zeroing"
    case .copy: "copying"
    case .install: "second-stage tables"
    case .other: "emulation and logging"
    case .lockWait: "waiting for locks"
    case .processorWait: "waiting for processors"
    case .deviceWait: "waiting for pages"
    case .guestWait: "the guests' own waits"
    case .startWait: "waiting to be started"
    case .siblingWait: "waiting for one another"
    }
  }
}
