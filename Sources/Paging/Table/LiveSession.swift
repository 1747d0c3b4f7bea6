/// What goes along with one live edit.
struct LiveSession<Observer: EditObserver> {
  let options: LiveOptions
  var edit: LiveEdit
  var observer: Observer
  /// The tables that nothing leads to any more, until the caches have been told.
  var unlinked: [UInt64] = []

  init(_ stage: TranslationStage, _ options: LiveOptions, _ observer: Observer) {
    self.options = options
    edit = LiveEdit(stage)
    self.observer = observer
  }

  var stage: TranslationStage { edit.stage }

  mutating func invalidate(_ invalidation: Invalidation) {
    edit.add(invalidation)
    observer.invalidate(invalidation)
  }
}
