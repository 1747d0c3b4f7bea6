public import Paging

extension HostFormat {
  /// The guest's format that goes with this one unless another is chosen.
  public var partner: GuestFormat {
    switch self {
    case .ept4, .npt4: .x86Level4
    case .ept5, .npt5: .x86Level5
    case .arm4K: .arm4K
    case .arm16K: .arm16K
    case .arm64K: .arm64K
    case .sv39x4: .sv39
    case .sv48x4: .sv48
    case .sv57x4: .sv57
    }
  }
}
