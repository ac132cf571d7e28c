import { AppRegistry } from 'react-native'
import App from '../../../examples/react-native/App'

AppRegistry.registerComponent('main', () => App)
AppRegistry.runApplication('main', { rootTag: document.querySelector('#root') })
