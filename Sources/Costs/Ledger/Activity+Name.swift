extension Activity {
  /// The name in reports: `guest minor`, `missing finalAccess allocate`, `work zap`, `access`, `stopped walk`.
  public var name: String {
    switch self {
    case .guest(let fault): "guest \(fault)"
    case .fault(let event): "\(event.cause) \(event.context) \(event.resolution)"
    case .work(let work): "work \(work)"
    case .access: "access"
    case .stoppedWalk: "stopped walk"
    }
  }
}
