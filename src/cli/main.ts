#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
import './main.js'
